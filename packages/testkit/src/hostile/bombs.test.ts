import superjson from "superjson";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startTestApi, type TestApi } from "../api.ts";
import { useTestDatabase } from "../database.ts";
import { createTenants, type TestOrganization } from "../tenants.ts";
import { ask, type Reply } from "./wire.ts";

const open = useTestDatabase();
let api: TestApi;
let a: TestOrganization;
let headers: Record<string, string>;

beforeAll(async () => {
  api = await startTestApi(open(), { RATE_LIMIT_PER_MINUTE: "0" });
  ({ a } = await createTenants(open().database));
  const token = await api.apiToken(a.id, a.people.owner.user_id);
  headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
});
afterAll(() => api.close());

const post = (path: string, body: unknown, more: Record<string, string> = {}): Promise<Reply> =>
  ask(api.url + path, {
    method: "POST",
    headers: { ...headers, ...more },
    body: typeof body === "string" ? body : JSON.stringify(body),
  });

/** Unbounded, each of these takes many seconds or all memory. A busy machine is given its time. */
const patienceMs = 3_000;

const long = "x".repeat(100_000);
const letters = (n: number, step: number) =>
  Array.from({ length: n }, (_, i) => "abcdefgh"[(i * step + (i >> 3)) % 8]).join("");
const mapping = (request_mapping: unknown, input = "x") => ({
  config: { url: "https://nowhere.invalid/", request_mapping },
  input,
});
const loop = (i: number) => `{% for a in range(9000) %}{% endfor %}${i}`;
const times = <T>(n: number, make: (i: number) => T) => Array.from({ length: n }, (_, i) => make(i));

const trials: [string, () => [path: string, body: unknown]][] = [
  [
    "a long text in 400 places",
    () => [
      "endpoints/try",
      mapping(
        times(400, () => "{{ input }}"),
        long,
      ),
    ],
  ],
  ["a long text 9,000 times in one template", () => ["endpoints/try", mapping("{{ input }}".repeat(9000), long)]],
  ["loops in 450 templates", () => ["endpoints/try", mapping(times(450, loop))]],
  ["5,000 templates", () => ["endpoints/try", mapping(times(5_000, (i) => `{{ input ~ ${i} }}`))]],
  [
    "loops in 5,000 fields of a query",
    () => [
      "endpoints/try",
      {
        input: "x",
        config: { url: "https://nowhere.invalid/", query: Object.fromEntries(times(5000, (i) => [`q${i}`, loop(i)])) },
      },
    ],
  ],
  [
    "long texts that differ everywhere",
    () => [
      "metrics/try",
      {
        parameters: { implementation: "levenshtein" },
        output: letters(20_000, 3),
        expected_output: letters(20_000, 5),
      },
    ],
  ],
  [
    "a pattern that backtracks",
    () => [
      "metrics/try",
      { parameters: { implementation: "regex", pattern: "(.*)*(a+)+$" }, output: `${"a".repeat(99_000)}!` },
    ],
  ],
  [
    "a document whose schemas double",
    () => {
      const ref = (i: number) => ({ $ref: `#/components/schemas/s${i}` });
      const schemas = Object.fromEntries(times(500, (i) => [`s${i}`, { allOf: [ref(i + 1), ref(i + 1)] }]));
      const post = { requestBody: { content: { "application/json": { schema: ref(0) } } } };
      const paths = Object.fromEntries(times(2000, (i) => [`/a${i}`, { post }]));
      const document = JSON.stringify({ openapi: "3.1.0", paths, components: { schemas } });
      return ["endpoints/propose", { source: { type: "openapi", document } }];
    },
  ],
  [
    "YAML that nests and repeats itself",
    () => {
      const document = `openapi: 3.1.0\na: &a [x]\nb: [${"*a,".repeat(900)}]\npaths:\n${"  - - - - a\n".repeat(40_000)}`;
      return ["endpoints/propose", { source: { type: "openapi", document } }];
    },
  ],
  [
    "a command of quotes",
    () => ["endpoints/propose", { source: { type: "curl", command: `curl x ${"'\"".repeat(45_000)}` } }],
  ],
  [
    "a schema that refers to itself",
    () => [
      "metrics/try",
      {
        parameters: {
          implementation: "json_schema",
          schema: {
            $ref: "#/$defs/d0",
            $defs: Object.fromEntries(
              times(25, (i) => [
                `d${i}`,
                { allOf: [{ $ref: `#/$defs/d${(i + 1) % 25}` }, { $ref: `#/$defs/d${(i + 1) % 25}` }] },
              ]),
            ),
          },
        },
        output: '"x"',
      },
    ],
  ],
];

describe("what is tried in the API itself ends in time", () => {
  test.each(trials)("%s", async (_, make) => {
    const [path, body] = make();
    const started = performance.now();
    const reply = await post(`/api/v1/${path}`, body);
    expect(performance.now() - started).toBeLessThan(patienceMs);
    expect([200, 413, 422]).toContain(reply.status);
  });
});

describe("bodies", () => {
  const metadata = (value: string) => `{"project_id":"${a.project_id}","input":"x","metadata":{"a":${value}}}`;

  test.each([
    ["nests without end", () => "[".repeat(200_000) + "]".repeat(200_000), 400],
    ["holds 300,000 values", () => `[${"[],".repeat(300_000)}[]]`, 413],
    ["holds half a character", () => String.raw`"\ud800"`, 400],
    ["holds half a character as a key", () => String.raw`{"\uDFFF":1}`, 400],
    ["holds a whole one, written as two halves", () => String.raw`"\ud83d\ude00"`, 201],
    ["holds text that only looks like half of one", () => String.raw`"\\ud800"`, 201],
    ["reaches for a prototype", () => `{"__proto__":{"polluted":1}}`, 400],
    ["reaches for a prototype in disguise", () => String.raw`{"\u005f_proto__":{"polluted":1}}`, 400],
    ["uses ordinary words as keys", () => `{"constructor":"x","prototype":1,"toString":2,"a.b":3,"":4}`, 201],
  ])("one that %s is answered with its status", async (_, value, status) => {
    const started = performance.now();
    const key = { "idempotency-key": crypto.randomUUID() };
    const reply = await post("/api/v1/tests", metadata(value()), key);
    expect([reply.status, reply.text.slice(0, 300)]).toEqual([status, expect.any(String)]);
    expect(performance.now() - started).toBeLessThan(patienceMs);
    if (status !== 201) return;
    const { id, metadata: kept } = JSON.parse(reply.text) as { id: string; metadata: object };
    const read = await ask(`${api.url}/trpc/test.get?input=${encodeURIComponent(JSON.stringify({ json: { id } }))}`, {
      headers,
    });
    const { result } = JSON.parse(read.text) as { result: { data: { json: { metadata: object } } } };
    expect(result.data.json.metadata).toEqual(kept);
    expect(JSON.parse((await post("/api/v1/tests", metadata(value()), key)).text)).toEqual(JSON.parse(reply.text));
  });

  test("bytes that are no UTF-8 are refused", async () => {
    const body = Buffer.from([0x7b, 0x22, 0x6e, 0x22, 0x3a, 0x22, 0xff, 0xfe, 0x22, 0x7d]);
    const reply = await ask(`${api.url}/api/v1/topics`, { method: "POST", headers, body });
    expect([reply.status, reply.headers["content-type"]]).toEqual([400, "application/problem+json"]);
  });
});

describe("envelopes of tRPC", () => {
  const project_id = "01a20612-0000-7000-8000-000000000000";
  const draft = (metadata: unknown) => ({ project_id, input: "x", metadata });
  const values = (meta: object) => ({ json: draft({ a: { b: null } }), meta });

  test.each<[string, string, unknown]>([
    ["a part that holds itself", "test.create", values({ referentialEqualities: { "metadata.a": ["metadata.a.b"] } })],
    ["parts that double at each level", "test.create", doubled(26)],
    [
      "a number of a million digits",
      "topic.create",
      { json: { name: "9".repeat(900_000) }, meta: { values: { name: ["bigint"] } } },
    ],
    ["a path to a prototype", "topic.create", { json: { name: "x" }, meta: { values: { "__proto__.x": ["Date"] } } }],
    [
      "a kind that does not exist",
      "topic.create",
      { json: { name: "x" }, meta: { values: { name: ["custom", "X"] } } },
    ],
    ["no envelope", "topic.create", "null"],
    ["a list as a batch", "topic.create?batch=1", [1, 2]],
    ["null as a batch", "topic.create?batch=1", "null"],
    ["a batch of names of objects", "__proto__,constructor,toString?batch=1", {}],
    ["a batch beyond its cap", `${"topic.list,".repeat(50)}topic.list?batch=1`, {}],
    ["a name that does not decode", "%E0%A4%A", {}],
    ["a subscription by POST", "test_run.changes", {}],
    ["a subscription in a batch", "test_run.changes,topic.create?batch=1", {}],
  ])("%s: a refusal, at once", async (_, path, body) => {
    const started = performance.now();
    for (const more of [{}, { "trpc-accept": "application/jsonl" }] as Record<string, string>[]) {
      const reply = await post(`/trpc/${path}`, body, more);
      // A stream and a batch answer as a whole, and say inside that they refuse.
      expect(reply.status).toBeLessThan(500);
      expect(reply.text).toMatch(/"error"|serialized-error/);
      expect(reply.text).not.toMatch(/"result"|"httpStatus":5/);
    }
    expect(performance.now() - started).toBeLessThan(patienceMs);
    expect(api.log.filter((line) => line.includes('"level":"error"'))).toEqual([]);
  });

  /** As a client would never write it: `a` is there once at each level, `b` is said to be the same. */
  function doubled(levels: number): unknown {
    const json: Record<string, unknown> = draft({});
    let at = json["metadata"] as Record<string, unknown>;
    const same: [string, string[]][] = [];
    for (let level = 0, path = "metadata"; level < levels; level++, path += ".a") {
      at["a"] = { a: null, b: null };
      at["b"] = null;
      same.unshift([`${path}.a`, [`${path}.b`]]);
      at = at["a"] as Record<string, unknown>;
    }
    return { json, meta: { v: 1, referentialEqualities: Object.fromEntries(same) } };
  }

  test("while parts that an honest client shares are understood", async () => {
    const shared = { reviewed: true };
    const body = superjson.serialize({ ...draft({ one: shared, two: shared }), project_id: a.project_id });
    expect(JSON.stringify(body.meta)).toContain("referentialEqualities");
    expect((await post("/trpc/test.create", body)).status).toBe(200);
  });
});
