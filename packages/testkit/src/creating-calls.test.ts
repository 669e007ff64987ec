import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openApiDocument } from "@rhesis/api/rest/openapi-document";
import { startTestApi, type TestApi } from "./api.ts";
import { useTestDatabase } from "./database.ts";
import { examplesOf } from "./hostile/examples.ts";
import { createPlace, type Place } from "./hostile/place.ts";
import { ask, callRest, catalogue, type Procedure, type Reply } from "./hostile/wire.ts";
import { createTenants, type TestOrganization } from "./tenants.ts";

const open = useTestDatabase();
let api: TestApi;
let a: TestOrganization;
let headers: Record<string, string>;
let user_id: string;

beforeAll(async () => {
  api = await startTestApi(open(), { RATE_LIMIT_PER_MINUTE: "0" });
  ({ a } = await createTenants(open().database));
  const person = await api.person(a.id, "owner");
  const { token } = person;
  user_id = person.user_id;
  headers = { authorization: `Bearer ${token}`, "x-organization-id": a.id };
});
afterAll(() => api.close());

type Described = {
  operationId: string;
  parameters?: { $ref?: string }[];
  responses: Record<string, { headers?: Record<string, unknown> }>;
};

/** The operations of the document, with the procedures behind them. */
const described = Object.values(openApiDocument().paths).flatMap((methods) =>
  Object.values(methods as Record<string, Described>).map((operation): [string, Procedure, Described] => {
    const isIt = ({ name }: Procedure) => name.replaceAll(".", "_") === operation.operationId;
    return [operation.operationId, catalogue.find(isIt) as Procedure, operation];
  }),
);

/** What has to be true before some of them succeed. */
const endRun = async ({ test_run_id, test_id }: Place) => {
  for (const status of ["running", "completed"])
    await open().admin("update test_run set status = $2 where id = $1", [test_run_id, status]);
  await open().admin("update test_result set test_id = $2 where test_run_id = $1", [test_run_id, test_id]);
};
const before: Record<string, (place: Place) => Promise<unknown>> = {
  "test_run.retry_failed": endRun,
  "test_run.rescore": endRun,
  "experiment.unshare": ({ experiment_id }) =>
    open().admin("update experiment set owner_id = $2 where id = $1", [experiment_id, user_id]),
};

/** An input that succeeds, about things of its own. */
async function prepare({ name }: Procedure): Promise<Record<string, unknown>> {
  const place = await createPlace(open(), a);
  await before[name]?.(place);
  return examplesOf(place)[name] ?? {};
}

function call({ rest }: Procedure, input: Record<string, unknown>, more = {}): Promise<Reply> {
  if (rest === undefined) throw new Error("it has no REST operation");
  return callRest(api.url, { ...headers, ...more }, rest, input);
}

describe("what is created or started", () => {
  const making = described.filter(([, , { responses }]) => "201" in responses || "202" in responses);

  test.each(making)("%s: is found where its Location says", async (_, procedure, { responses }) => {
    expect((responses["201"] ?? responses["202"])?.headers).toHaveProperty("Location");
    const reply = await call(procedure, await prepare(procedure));
    expect([reply.status, reply.text]).toEqual([procedure.rest?.success, reply.text]);
    const { location = "" } = reply.headers;
    const made = JSON.parse(reply.text) as { id?: string; ids?: string[] };
    const found = await ask(`${api.url}${location}`, { headers });
    expect([location, found.status]).toEqual([location, 200]);
    const ids = made.ids ?? [made.id];
    for (const id of ids) expect(found.text).toContain(`"id":"${id}"`);
  });

  test("those are all that make something", () => {
    expect(making.length).toBeGreaterThan(14);
    const others = described.filter(([, , { responses }]) => !("201" in responses || "202" in responses));
    for (const [name, , { responses }] of others) {
      expect(name).not.toMatch(/create|invite$|execute$/);
      expect(responses["200"]?.headers).not.toHaveProperty("Location");
    }
  });
});

describe("a call with an Idempotency-Key", () => {
  const keyed = described.filter(([, , { parameters = [] }]) =>
    parameters.some(({ $ref }) => $ref === "#/components/parameters/idempotency_key"),
  );

  /** What these answer is shown once and kept nowhere: repeated, they say so and do nothing. */
  const secret: ReadonlySet<string> = new Set(["api_token_create"]);

  test.each(keyed)("%s: is answered and not repeated when it comes again", async (name, procedure) => {
    const key = { "idempotency-key": randomUUID() };
    const [input, another] = [await prepare(procedure), await prepare(procedure)];
    const first = await call(procedure, input, key);
    expect([first.status, first.text]).toEqual([procedure.rest?.success, first.text]);
    const written = await rowsOfAll();
    const again = await call(procedure, input, key);
    if (secret.has(name)) expect(again.status).toBe(409);
    else expect([again.status, JSON.parse(again.text)]).toEqual([first.status, JSON.parse(first.text)]);
    expect(again.headers["location"]).toBe(secret.has(name) ? undefined : first.headers["location"]);
    const other = await call(procedure, otherThan(input, another), key);
    expect([other.status, await rowsOfAll()]).toEqual([409, written]);
  });

  test("has it where the document says so, and nowhere else: calls that go out are made again", () => {
    const posts = catalogue.filter(({ rest }) => rest?.method === "POST");
    const without = posts.filter(({ rest }) => rest?.takes_idempotency_key === false).map(({ name }) => name);
    expect(without.toSorted()).toEqual([
      "endpoint.invoke",
      "endpoint.propose",
      "endpoint.try",
      "metric.try",
      "model.try",
      "test_set.preflight",
    ]);
    expect(keyed.length).toBe(posts.length - without.length);
  });
});

/** About other things, or with another name where it names none. */
function otherThan(input: object, another: Record<string, unknown>): Record<string, unknown> {
  return JSON.stringify(input) === JSON.stringify(another) ? { ...another, name: "Other" } : another;
}

/** How many rows there are in each table that calls write to. */
async function rowsOfAll(): Promise<unknown[]> {
  const tables = await open().admin<{ name: string }>(
    `select relname as name from pg_class where relnamespace = 'public'::regnamespace and relkind = 'r'
       and relname not like 'schema%' order by 1`,
  );
  const counts = tables.map(({ name }) => `(select count(*) from "${name}") as "${name}"`);
  return open().admin(`select ${counts.join(", ")}`);
}
