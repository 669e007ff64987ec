import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { callerFor } from "@rhesis/testkit/caller";
import { useTestDatabase } from "@rhesis/testkit/database";
import { fillOrganization, largeId } from "@rhesis/testkit/large-organization";
import { countReads, type CountedDatabase } from "@rhesis/testkit/query-cost";
import { createTenants, type TestOrganization } from "@rhesis/testkit/tenants";
import { appRouter } from "./root.ts";

const pageSize = 50;
const buffersPerRow = 3;
const size = { many: 50_100, some: 2_000 };

type Page = { items: object[]; next_cursor: string | null; total: number; total_is_capped: boolean };
type Query = (input: object) => Promise<Page>;
type Procedure = { _def: { type: string; output?: { _zod?: { def: { shape?: Record<string, unknown> } } } } };

const procedures = appRouter._def.procedures as unknown as Record<string, Procedure>;
const lists = Object.keys(procedures).filter((name) => {
  const shape = procedures[name]?._def.output?._zod?.def.shape ?? {};
  return "items" in shape && "next_cursor" in shape;
});

/** What lists of something's parts have to be told. */
const inputs: Record<string, object> = {
  "requirement.metrics": { id: largeId("requirement", 1) },
  "test_set.tests": { id: largeId("test_set", 1) },
  "test_set.metrics": { id: largeId("test_set", 1) },
  "test_result.list": { test_run_id: largeId("test_run", 1) },
};

const open = useTestDatabase();
let a: TestOrganization;
let counted: CountedDatabase;

beforeAll(async () => {
  ({ a } = await createTenants(open().database));
  await fillOrganization(open().admin_url, a, size);
  counted = await countReads(open().app_url);
});

afterAll(async () => {
  await counted.close();
});

function call(name: string): Query {
  const caller = callerFor(counted.database, a.people.owner) as unknown as Record<string, Record<string, Query>>;
  const [resource = "", verb = ""] = name.split(".");
  const query = caller[resource]?.[verb];
  if (query === undefined) throw new Error(`there is no ${name}`);
  return query;
}

/** The cursor of page 1,000, or of the last one that is full. */
async function deepCursor(name: string, input: object): Promise<string> {
  const { total, total_is_capped } = await call(name)({ ...input, limit: 1 });
  const rows = total_is_capped ? size.many : total;
  const before = Math.floor((rows - 1) / pageSize) - 1;
  const page = await call(name)({ ...input, offset: (before - 1) * pageSize, limit: pageSize });
  return page.next_cursor ?? "";
}

test("finds the lists of the router", () => {
  expect(lists.length).toBeGreaterThan(15);
});

describe.each(lists)("%s", (name) => {
  test.each(["first", "deep"])("the %s page touches few pages of the database, in one round trip", async (which) => {
    const input = inputs[name] ?? {};
    const more = which === "first" ? {} : { cursor: await deepCursor(name, input) };
    const { result, reads, round_trips } = await counted.count(() =>
      call(name)({ ...input, ...more, limit: pageSize }),
    );
    expect(result.items).toHaveLength(pageSize);
    expect(round_trips).toBe(1);
    for (const mode of ["force_custom_plan", "force_generic_plan"] as const) {
      const buffers = await counted.buffersOf(reads, mode);
      expect.soft(buffers / pageSize, `buffers per row, ${mode}`).toBeLessThanOrEqual(buffersPerRow);
    }
  });
});

const reads = Object.keys(procedures).filter(
  (name) => procedures[name]?._def.type === "query" && !lists.includes(name),
);

/** Of reads that are about something else than one row of their resource. */
const readInputs = (): Record<string, object> => ({
  "me.get": {},
  "member.get": { user_id: largeId("user", 1) },
  "member.invitation": { id: largeId("invitation", 1) },
  "metric.catalog": {},
  "organization.find": { id: a.id },
  "organization.get": {},
  "test_result.summary": { test_run_id: largeId("test_run", 1) },
});

test.each(reads)("%s makes one round trip at most", async (name) => {
  const [resource = ""] = name.split(".");
  const input = readInputs()[name] ?? { id: largeId(resource as Parameters<typeof largeId>[0], 1) };
  const { round_trips, reads } = await counted.count(() => call(name)(input));
  expect(round_trips).toBe(reads.length === 0 ? 0 : 1);
});
