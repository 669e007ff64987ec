import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openCountedLine, type CountedLine } from "@rhesis/testkit/counted-line";
import { useTestDatabase } from "@rhesis/testkit/database";
import { createTenants, type TestOrganization } from "@rhesis/testkit/tenants";
import { createDatabase, type Database } from "./database.ts";
import type { Tx } from "./tenant.ts";

const open = useTestDatabase();
let a: TestOrganization;
let line: CountedLine;
let database: Database;

beforeAll(async () => {
  ({ a } = await createTenants(open().database));
  line = await openCountedLine(open().app_url);
  database = createDatabase({ url: line.url, application_name: "test" });
});
afterAll(async () => {
  await database.close();
  await line.close();
});

/** What `work` sends over the wire: the first time, with statements to prepare, and again. */
async function twice(work: () => Promise<unknown>) {
  const counts = [];
  for (let time = 0; time < 2; time += 1) {
    const { round_trips, syncs } = await line.count(work);
    counts.push({ round_trips, syncs });
  }
  expect(counts[1]).toEqual(counts[0]);
  return counts[0];
}

const topics = (tx: Tx) => tx.selectFrom("topic").select("id").execute();
const add = (tx: Tx) => tx.insertInto("topic").values({ name: randomUUID() }).execute();

test("a read makes one for all queries of a tick, and another for what waits for an answer", async () => {
  const one = { round_trips: 1, syncs: 1 };
  expect(await twice(() => database.read(a.tenant, topics))).toEqual(one);
  const together = () => database.read(a.tenant, (tx) => Promise.all([topics(tx), topics(tx), topics(tx)]));
  expect(await twice(together)).toEqual(one);
  const inTurn = () => database.read(a.tenant, async (tx) => [await topics(tx), await topics(tx)]);
  expect(await twice(inTurn)).toEqual({ round_trips: 2, syncs: 2 });
});

test("a write begins with its first queries, and commits with one more", async () => {
  expect(await twice(() => database.write(a.tenant, add))).toMatchObject({ round_trips: 2 });
  const together = () => database.write(a.tenant, (tx) => Promise.all([add(tx), add(tx), topics(tx)]));
  expect(await twice(together)).toMatchObject({ round_trips: 2 });
  const inTurn = () => database.write(a.tenant, async (tx) => [await add(tx), await add(tx)]);
  expect(await twice(inTurn)).toMatchObject({ round_trips: 3 });
});

test("a write at once makes one", async () => {
  const write = () => database.writeAtOnce(a.tenant, (tx) => Promise.all([add(tx), add(tx)]));
  expect(await twice(write)).toEqual({ round_trips: 1, syncs: 1 });
});

test("what asks nothing sends nothing", async () => {
  const nothing = { round_trips: 0, syncs: 0 };
  expect(await twice(() => database.read(a.tenant, async () => "nothing"))).toEqual(nothing);
  expect(await twice(() => database.write(a.tenant, async () => "nothing"))).toEqual(nothing);
});
