import { randomBytes } from "node:crypto";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { createSecretBox } from "@rhesis/auth/sealed-secret";
import { createNotifications, type Notifications } from "@rhesis/db/notifications";
import { readRunControl } from "@rhesis/db/queries/run-access";
import { takeRun } from "@rhesis/db/queries/run-execution";
import { createTargetClient } from "@rhesis/engine/target/target-client";
import { useTestDatabase } from "@rhesis/testkit/database";
import { prepareRun, type PreparedRun, type RunFixture } from "@rhesis/testkit/run-fixture";
import { createTenants, type TestOrganization } from "@rhesis/testkit/tenants";
import { afterAll, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { executeTestRun } from "./execute.ts";
import { pauseTestRun, resumeTestRun } from "./pause.ts";

const open = useTestDatabase();
const secrets = createSecretBox({ current: "k", keys: { k: randomBytes(32) } });
const policy = { allow_loopback: true, allow_private: [] };
const log = { info: () => undefined, warn: () => undefined };
const never = new AbortController().signal;
let a: TestOrganization;
let server: Server;
let url: string;
let notifications: Notifications;

/** What the target does with a call, and when each call came, in milliseconds. */
let answer: () => { status: number; retry_after?: number } = () => ({ status: 200 });
let calls: number[] = [];

beforeAll(async () => {
  ({ a } = await createTenants(open().database));
  server = createServer((request, response) => {
    calls.push(performance.now());
    request.resume();
    const { status, retry_after } = answer();
    const headers = retry_after === undefined ? {} : { "retry-after": String(retry_after) };
    response.writeHead(status, headers).end("All well.");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  notifications = createNotifications(open().app_url);
});
beforeEach(() => {
  answer = () => ({ status: 200 });
  calls = [];
});
afterAll(async () => {
  await notifications.close();
  await new Promise((resolve) => server.close(resolve));
});

const prepare = (run: Omit<RunFixture, "target">, max_attempts = 1): Promise<PreparedRun> =>
  prepareRun(open().database, a, { ...run, target: { url, response_mapping: null, max_attempts } });

const pause = ({ test_run_id: id }: PreparedRun) =>
  open().database.write(a.tenant, (tx) => pauseTestRun(tx, { id, reason: null }));

/** As a worker of its own would: nothing is shared but the database. */
async function execute(run: PreparedRun) {
  const [row] = await open().admin<{ job_id: string }>("select job_id from test_run where id = $1", [run.test_run_id]);
  await open().admin("update job set status = 'running', lease_until = now() + interval '1 hour' where id = $1", [
    row?.job_id,
  ]);
  const target = createTargetClient({ policy });
  const onHold = (listener: (endpoint_id: string) => void) => notifications.on("endpoint_hold", listener);
  const tools = { database: open().database, secrets, target, policy, log, onHold };
  const job_id = row?.job_id ?? "";
  const end = await executeTestRun(tools, { tenant: a.tenant, ...run, job_id, lease: never, stop: never });
  await target.close();
  return end;
}

test("after a Retry-After no worker calls before the allowed moment, and all runs complete", async () => {
  const holdMs = 2_000;
  const first = await prepare({ tests: 40, concurrency: 4 }, 10);
  const { endpoint_id } = first;
  const others = await Promise.all([1, 2].map(() => prepare({ tests: 40, concurrency: 4, endpoint_id }, 10)));
  let told: number | null = null;
  let seen = 0;
  answer = () => {
    seen += 1;
    if (seen <= 30) return { status: 200 };
    told ??= performance.now();
    return performance.now() < told + holdMs - 5 ? { status: 429, retry_after: holdMs / 1000 } : { status: 200 };
  };
  const ends = await Promise.all([first, ...others].map(execute));
  expect(ends.map((end) => end.status)).toEqual(Array(3).fill("completed"));
  const from = told ?? 0;
  // What was on its way when the target said so, and before the others heard of it.
  const settled = from + 400;
  const early = calls.filter((at) => at > settled && at < from + holdMs - 5);
  expect(early).toEqual([]);
  expect(calls.filter((at) => at > from && at <= settled).length).toBeLessThanOrEqual(3 * 4 * 2);
  const rows = await open().admin<{ verdict: string; count: number }>(
    "select verdict, count(*)::integer as count from test_result where verdict is not null group by verdict",
  );
  expect(rows.find((row) => row.verdict === "error")).toBeUndefined();
}, 60_000);

test("calls begin at the rate of the endpoint", async () => {
  const run = await prepare({ tests: 30, concurrency: 30, max_per_minute: 600 });
  expect(await execute(run)).toEqual({ status: "completed" });
  // Ten at once, then ten a second.
  expect((calls.at(-1) ?? 0) - (calls[0] ?? 0)).toBeGreaterThan(1_800);
  for (const from of calls)
    expect(calls.filter((at) => at >= from && at < from + 1_000).length).toBeLessThanOrEqual(21);
});

test("a pause waits for calls under way, not for those that wait for their turn", async () => {
  const run = await prepare({ tests: 20, concurrency: 20, max_per_minute: 6 });
  const executing = execute(run);
  await vi.waitFor(() => expect(calls.length).toBeGreaterThan(0), { timeout: 10_000 });
  await pause(run);
  expect(await executing).toEqual({ status: "paused" });
  expect(calls.length).toBeLessThanOrEqual(2);
  const [counts] = await open().admin<{ open: number; claims: number; errors: number }>(
    `select count(*) filter (where status = 'pending')::integer as open, sum(claims)::integer as claims,
       count(*) filter (where verdict = 'error')::integer as errors
     from test_result where test_run_id = $1`,
    [run.test_run_id],
  );
  expect(counts).toEqual({ open: 20 - calls.length, claims: 0, errors: 0 });
}, 15_000);

test("a pause does not wait for the end of a Retry-After", async () => {
  const run = await prepare({ tests: 4, concurrency: 2 }, 5);
  answer = () => ({ status: 429, retry_after: 60 });
  const executing = execute(run);
  await vi.waitFor(() => expect(calls.length).toBeGreaterThan(0), { timeout: 10_000 });
  await pause(run);
  expect(await executing).toEqual({ status: "paused" });
  const rows = await open().admin("select from test_result where test_run_id = $1 and status <> 'pending'", [
    run.test_run_id,
  ]);
  expect(rows).toEqual([]);
}, 15_000);

test("the limits of an endpoint are divided between its runs, and a hold binds all of them", async () => {
  const first = await prepare({ tests: 1, max_concurrency: 9, max_per_minute: 180 });
  const second = await prepare({ tests: 1, endpoint_id: first.endpoint_id });
  const lease = (run: PreparedRun) => ({ test_run_id: run.test_run_id, lease_token: run.test_run_id });
  for (const run of [first, second]) {
    await open().admin("update job set status = 'running', lease_until = now() + interval '1 hour' where id = $1", [
      run.job_id,
    ]);
    await open().database.write(a.tenant, (tx) => takeRun(tx, lease(run), { job_id: run.job_id, suspect_claims: 3 }));
  }
  await open().admin("update test_run set held_until = now() + interval '5 seconds' where id = $1", [
    first.test_run_id,
  ]);
  const control = await open().database.read(a.tenant, (tx) => readRunControl(tx, lease(second)));
  expect(control).toMatchObject({ held: true, share: 4, per_second: 1.5 });
  expect(control.hold_ms).toBeGreaterThan(4_000);
});

test("a target that answers nothing any more rests the run; resumed, it goes on where it was", async () => {
  const run = await prepare({ tests: 60, concurrency: 4, pause_after_errors: 10 });
  let seen = 0;
  answer = () => ({ status: ++seen > 12 ? 500 : 200 });
  expect(await execute(run)).toEqual({ status: "paused" });
  const [row] = await open().admin<{ pause_reason: string; errored: number }>("select * from test_run where id = $1", [
    run.test_run_id,
  ]);
  expect(row?.pause_reason).toMatch(/^10 calls in a row came to nothing\. The last one: .*500/);
  expect(row?.errored).toBeGreaterThanOrEqual(10);
  expect(row?.errored).toBeLessThan(30);
  answer = () => ({ status: 200 });
  await open().database.write(a.tenant, (tx) => resumeTestRun(tx, run.test_run_id));
  expect(await execute(run)).toEqual({ status: "completed" });
  expect(calls).toHaveLength(60);
});
