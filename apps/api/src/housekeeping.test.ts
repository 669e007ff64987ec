import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { useTestDatabase } from "@rhesis/testkit/database";
import { createTenants } from "@rhesis/testkit/tenants";
import { createLogger } from "@rhesis/telemetry/logger";
import { startHousekeeping } from "./housekeeping.ts";

const open = useTestDatabase();
const hourMs = 3_600_000;
let log: string[] = [];
const logger = createLogger({ service: "api", level: "info", destination: { write: (line) => void log.push(line) } });

beforeEach(() => {
  log = [];
  vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
});
afterEach(() => void vi.useRealTimers());

const keys = async () =>
  (await open().admin<{ key: string }>("select key from idempotency_key order by key")).map((row) => row.key);

test("answers kept for repeated calls are forgotten after a day, in all organizations, once an hour until it is stopped", async () => {
  const { a, b } = await createTenants(open().database);
  const keep = (key: string, hours: number, { id, people }: typeof a) =>
    open().admin(
      `insert into idempotency_key (organization_id, user_id, key, request_hash, created_at)
       values ($1, $2, $3, 'x', now() - make_interval(hours => $4))`,
      [id, people.owner.user_id, key, hours],
    );
  await keep("old of a", 25, a);
  await keep("old of b", 25, b);
  await keep("young of a", 23, a);
  await keep("young of b", 23, b);
  const stop = startHousekeeping(open().database, logger);
  vi.advanceTimersByTime(hourMs - 1);
  expect(await keys()).toHaveLength(4);
  vi.advanceTimersByTime(1);
  await expect.poll(keys).toEqual(["young of a", "young of b"]);
  stop();
  expect(vi.getTimerCount()).toBe(0);
  expect(log).toEqual([]);
});

test("a database that is away is told in the log and tried again", async () => {
  const away = { pool: { query: () => Promise.reject(new Error("away")) } } as never;
  const stop = startHousekeeping(away, logger);
  vi.advanceTimersByTime(2 * hourMs);
  await expect.poll(() => log.length).toBe(2);
  expect(log[0]).toContain("could not be forgotten");
  stop();
});
