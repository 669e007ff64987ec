import fc from "fast-check";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { metricCatalog } from "@rhesis/engine/metric/catalog";
import { startTestApi, type TestApi } from "../api.ts";
import { useTestDatabase } from "../database.ts";
import { createTenants, type TestOrganization } from "../tenants.ts";
import { examplesOf } from "./examples.ts";
import { fieldsOf, inside, nasty } from "./nasty.ts";
import { createPlace, deadUrl, type Place } from "./place.ts";
import { ask, callRest, catalogue, type Procedure, type Reply } from "./wire.ts";

const open = useTestDatabase();
let api: TestApi;
let a: TestOrganization;
let place: Place;
let headers: Record<string, string>;

beforeAll(async () => {
  api = await startTestApi(open(), { RATE_LIMIT_PER_MINUTE: "0" });
  ({ a } = await createTenants(open().database));
  place = await createPlace(open(), a);
  headers = { authorization: `Bearer ${await api.apiToken(a.id, a.people.owner.user_id)}` };
});
afterAll(() => api.close());

/** Nothing that a caller sends is an error of ours. */
afterEach(() => {
  const faults = api.log.filter((line) => line.includes('"level":"error"'));
  api.log.length = 0;
  expect(faults).toEqual([]);
  expect(Reflect.get({}, "polluted")).toBeUndefined();
});

type Input = Record<string, unknown>;

/** One nasty value in each field, and a field that does not exist. */
function spoiled(example: Input, fields: readonly string[], among: readonly unknown[] = nasty): Input[] {
  const each = fields.flatMap((field) => among.map((value) => ({ ...example, [field]: value })));
  return [...each, { ...example, is_admin: true }, JSON.parse(`{"__proto__":{"id":1},"constructor":1}`) as Input];
}

async function inBatches(procedure: Procedure, inputs: readonly unknown[]): Promise<string[]> {
  const answers: string[] = [];
  for (let at = 0; at < inputs.length; at += 4) {
    const part = inputs.slice(at, at + 4);
    const names = part.map(() => procedure.name).join(",");
    const text = JSON.stringify(Object.fromEntries(part.map((input, nr) => [nr, { json: input }])));
    const json = { ...headers, "content-type": "application/json" };
    const isQuery = procedure.type === "query";
    // A long address is refused by node itself, before us.
    if (isQuery && text.length > 6000) continue;
    const reply = isQuery
      ? await ask(`${api.url}/trpc/${names}?batch=1&input=${encodeURIComponent(text)}`, { headers })
      : await ask(`${api.url}/trpc/${names}?batch=1`, { method: "POST", headers: json, body: text });
    answers.push(...faultsOf(reply, JSON.stringify(part)));
  }
  return answers;
}

function faultsOf(reply: Reply, sent: string): string[] {
  const isFault = reply.status >= 500 || /"httpStatus":5/.test(reply.text);
  const tells = reply.status >= 400 && inside.test(reply.text.replaceAll("\\n", "\n"));
  return isFault || tells ? [`${reply.status} ${reply.text.slice(0, 600)} for ${sent.slice(0, 300)}`] : [];
}

function problemFaults(reply: Reply, sent: string): string[] {
  const faults = faultsOf(reply, sent);
  if (reply.status < 400 || faults.length > 0) return faults;
  const body = JSON.parse(reply.text) as Record<string, unknown>;
  const isProblem =
    reply.headers["content-type"] === "application/problem+json" &&
    body["status"] === reply.status &&
    ["type", "title", "detail", "code", "request_id"].every((key) => typeof body[key] === "string");
  return isProblem
    ? []
    : [`no problem document: ${reply.status} ${reply.text.slice(0, 300)} for ${sent.slice(0, 300)}`];
}

describe.each(catalogue.map((procedure) => [procedure.name, procedure] as const))("%s", (name, procedure) => {
  const exampleOf = () => examplesOf(place)[name] ?? {};

  test("survives nasty values over tRPC", async () => {
    if (procedure.type === "subscription") return;
    expect(await inBatches(procedure, spoiled(exampleOf(), fieldsOf(procedure.input)))).toEqual([]);
  });

  test("survives nasty values over REST", async () => {
    const { rest } = procedure;
    if (rest === undefined) return;
    const short = nasty.filter((value) => JSON.stringify(value).length < 2000);
    const some = rest.takes_body ? short.filter((_, nr) => nr % 4 === 0) : short.filter((v) => typeof v !== "object");
    for (const input of spoiled(exampleOf(), fieldsOf(procedure.input), some)) {
      expect(problemFaults(await callRest(api.url, headers, rest, input), JSON.stringify(input))).toEqual([]);
    }
  });
});

describe("parts inside", () => {
  const procedureOf = (name: string) => catalogue.find((procedure) => procedure.name === name) as Procedure;

  test.each(metricCatalog.map(({ implementation, example }) => [implementation, example] as const))(
    "a metric by %s survives nasty parameters",
    async (_, { parameters, input }) => {
      const drafts = spoiled(parameters, Object.keys(parameters));
      const { output, expected_output } = input;
      const trials = drafts.map((draft) => ({ parameters: draft, output, expected_output }));
      expect(await inBatches(procedureOf("metric.try"), trials)).toEqual([]);
      const created = drafts.map((draft, nr) => ({ name: `${parameters.implementation} ${nr}`, parameters: draft }));
      expect(await inBatches(procedureOf("metric.create"), created)).toEqual([]);
    },
  );

  test("an endpoint survives a nasty configuration", async () => {
    const config = { url: deadUrl, response_mapping: { output: "$.a" } };
    const fields = ["url", "method", "headers", "query", "request_mapping", "response_mapping", "auth", "timeout_ms"];
    const auth = ["bearer", "api_key", "client_credentials"].flatMap((type) =>
      nasty.map((value) => ({
        ...config,
        auth: { type, in: "header", name: value, token_url: value, client_id: "c" },
      })),
    );
    const named = nasty.map((value) => ({ ...config, headers: { [JSON.stringify(value).slice(1, 50)]: value } }));
    const mapped = nasty.map((value) => ({ ...config, response_mapping: { output: value, context: value } }));
    const all = [...spoiled(config, fields), ...auth, ...named, ...mapped];
    expect(
      await inBatches(
        procedureOf("endpoint.try"),
        all.map((one) => ({ config: one, input: "x", secret: "s" })),
      ),
    ).toEqual([]);
    const { project_id } = place;
    const created = all.map((one, nr) => ({ project_id, name: `e ${nr}`, config: one }));
    expect(await inBatches(procedureOf("endpoint.create"), created)).toEqual([]);
  });

  test("free JSON survives anything", async () => {
    const json = fc.sample(fc.jsonValue({ maxDepth: 8, noUnicodeString: false }), { numRuns: 300, seed: 7 });
    const { project_id } = place;
    const tests = json.map((value) => ({ project_id, input: "x", metadata: { value } }));
    expect(await inBatches(procedureOf("test.create"), tests)).toEqual([]);
  });
});
