import type { z } from "zod";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { callerFor } from "@rhesis/testkit/caller";
import { useTestDatabase } from "@rhesis/testkit/database";
import { fillOrganization, largeId } from "@rhesis/testkit/large-organization";
import { countReads, type CountedDatabase } from "@rhesis/testkit/query-cost";
import { createTenants, type TestOrganization } from "@rhesis/testkit/tenants";
import { appRouter } from "./root.ts";

const pageSize = 50;
const buffersPerRow = 3;
const size = { many: 50_100, some: 2_000, few: 500 };

type Page = { items: object[]; next_cursor: string | null; total: number; total_is_capped: boolean };
type Query = (input: object) => Promise<Page>;
type Shape = Record<string, z.ZodType>;
type Procedure = { _def: { type: string; inputs: { shape: Shape }[]; output?: { _zod?: { def: { shape?: Shape } } } } };

const procedures = appRouter._def.procedures as unknown as Record<string, Procedure>;
const lists = Object.keys(procedures).filter((name) => {
  const shape = procedures[name]?._def.output?._zod?.def.shape ?? {};
  return "items" in shape && "next_cursor" in shape;
});

/** Every way to sort each list. */
const ways = lists.flatMap((name) => {
  const { sort } = procedures[name]?._def.inputs[0]?.shape ?? {};
  const values = (sort as z.ZodOptional<z.ZodEnum<Record<string, string>>> | undefined)?.unwrap().options ?? [];
  return values.map((value) => [name, value] as const);
});

/** What lists of something's parts have to be told. */
const inputs: Record<string, object> = {
  "requirement.metrics": { id: largeId("requirement", 1) },
  "experiment.versions": { id: largeId("experiment", 1) },
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

/** Of what no organization has 50,000: their deep page is the last one that is full. */
const shortLists = new Map([
  ["api_token.list", size.some],
  ["endpoint.list", size.some],
  ["experiment.list", size.some],
  ["experiment.versions", size.few],
  ["member.list", size.some],
  ["member.invitations", size.some],
  ["model.list", size.some],
  ["project.list", size.some],
  ["requirement.metrics", size.few],
  ["schedule.list", size.some],
  ["test_set.metrics", size.few],
]);

/** The cursor of page 1,000, or of the last full page of a short list. */
async function deepCursor(name: string, input: object): Promise<string> {
  const page_number = Math.floor(((shortLists.get(name) ?? size.many) - 1) / pageSize);
  const page = await call(name)({ ...input, offset: (Math.min(page_number, 1000) - 2) * pageSize, limit: pageSize });
  expect(page.next_cursor).not.toBeNull();
  return page.next_cursor ?? "";
}

test("finds the lists of the router, and the ways to sort them", () => {
  expect(lists.length).toBeGreaterThan(15);
  expect(new Set(ways.map(([name]) => name))).toEqual(new Set(lists));
  expect(ways.length).toBeGreaterThan(lists.length * 2);
});

describe.each(ways)("%s by %s", (name, sort) => {
  test.each(["first", "deep"])("the %s page touches few pages of the database, in one round trip", async (which) => {
    const input = { ...inputs[name], sort };
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

/** A place in a set says nothing about the text of its test: each is looked up, as far as the page goes. */
const searchedElsewhere = "test_set.tests";

const searched = lists.filter(
  (name) => name !== searchedElsewhere && procedures[name]?._def.inputs.some((input) => "q" in input.shape),
);

test.each(searched)("%s reads no more of what it searches than it takes to fill a page", async (name) => {
  // Stands in the names of many rows.
  const { result, reads } = await counted.count(() => call(name)({ ...inputs[name], q: "1", limit: pageSize }));
  expect(result.items).toHaveLength(pageSize);
  const withoutCount = reads.filter(({ query }) => !query.sql.startsWith("select count(*)"));
  expect(withoutCount.length).toBe(reads.length - 1);
  const buffers = await counted.buffersOf(withoutCount, "force_custom_plan");
  expect(buffers / pageSize, "buffers per row").toBeLessThanOrEqual(buffersPerRow);
});

const reads = Object.keys(procedures).filter(
  (name) => procedures[name]?._def.type === "query" && !lists.includes(name),
);

/** Of reads that are about something else than one row of their resource. */
const readInputs = (): Record<string, object> => ({
  "connector.connections": {},
  "endpoint.presets": {},
  "experiment.version": { id: largeId("experiment", 1), number: 1 },
  "me.get": {},
  "member.get": { user_id: largeId("user", 1) },
  "member.invitation": { id: largeId("invitation", 1) },
  "metric.catalog": {},
  "organization.find": { id: a.id },
  "organization.get": {},
  "parameter_environment.list": { project_id: largeId("project", 2) },
  "parameters.resolve": { project_id: largeId("project", 2) },
  "parameters.schema": { project_id: largeId("project", 2) },
  "schedule.preview": { cron: "0 6 * * *", time_zone: "UTC" },
  "test_result.summary": { test_run_id: largeId("test_run", 1) },
});

test.each(reads)("%s makes one round trip at most", async (name) => {
  const [resource = ""] = name.split(".");
  const input = readInputs()[name] ?? { id: largeId(resource as Parameters<typeof largeId>[0], 1) };
  const { round_trips, reads } = await counted.count(() => call(name)(input));
  expect(round_trips).toBe(reads.length === 0 ? 0 : 1);
});

const serverError = "The application answered with an error (500 Internal Server Error).";

/** Every fifth result of the first run becomes an error: half of them for one cause, each of the others in other words. */
async function breakResults(): Promise<void> {
  await open().admin(
    `update test_result set verdict = 'error', error_code = 'http_error', error_message =
       case n % 10 when 0 then $2 else 'Order ' || n || ' of ' || gen_random_uuid() || ' failed' end
     from (select id, row_number() over (order by id) as n from test_result where test_run_id = $1) as numbered
     where numbered.id = test_result.id and n % 5 = 0`,
    [largeId("test_run", 1), serverError],
  );
  await open().admin("vacuum (analyze) test_result");
}

test("errors of one cause are found among many without reading more of them than it takes to fill a page", async () => {
  await breakResults();
  const run = { test_run_id: largeId("test_run", 1) };
  const half = size.many / 10;
  for (const error_cause of [serverError, "Order … of … failed"]) {
    const filter = { ...run, error_code: "http_error", error_cause, limit: pageSize };
    const { result, reads } = await counted.count(() => call("test_result.list")(filter));
    expect([result.items.length, result.total]).toEqual([pageSize, half]);
    const withoutCount = reads.filter(({ query }) => !query.sql.startsWith("select count(*)"));
    expect(withoutCount.length).toBe(reads.length - 1);
    for (const mode of ["force_custom_plan", "force_generic_plan"] as const) {
      const buffers = await counted.buffersOf(withoutCount, mode);
      expect.soft(buffers / pageSize, `buffers per row, ${mode}`).toBeLessThanOrEqual(buffersPerRow);
    }
  }
  expect(await call("test_result.summary")(run)).toMatchObject({ by_error: [{ total: half }, { total: half }] });
});
