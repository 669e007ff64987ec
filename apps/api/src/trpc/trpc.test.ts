import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { createHTTPHandler } from "@trpc/server/adapters/standalone";
import { serialize as toSuperjson } from "superjson";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { appRouter } from "@rhesis/router/root";
import { startTestApi, type TestApi } from "@rhesis/testkit/api";
import { testContext, testPlatform } from "@rhesis/testkit/caller";
import { useTestDatabase } from "@rhesis/testkit/database";
import { createTenants, identityOf, type TestOrganization } from "@rhesis/testkit/tenants";

const open = useTestDatabase();
let api: TestApi;
let a: TestOrganization;
let token: string;
let user_id: string;

beforeAll(async () => {
  const tenants = await createTenants(open().database);
  a = tenants.a;
  api = await startTestApi(open());
  ({ token, user_id } = await api.person(a.id));
});
afterAll(() => api.close());

const serialize = (input: unknown): string => JSON.stringify(toSuperjson(input));

async function raw(path: string, init: RequestInit = {}, as: string | null = token) {
  const headers = { ...(as === null ? {} : { authorization: `Bearer ${as}` }), ...(init.headers as object) };
  const response = await fetch(`${api.url}/trpc/${path}`, { ...init, headers });
  const text = await response.text();
  return { status: response.status, headers: response.headers, text, body: JSON.parse(text) as unknown };
}

async function createRequirement(name: string): Promise<{ id: string; project_id: unknown }> {
  const { body } = await post("requirement.create", serialize({ name }));
  return (body as { result: { data: { json: { id: string; project_id: unknown } } } }).result.data.json;
}

const post = (path: string, body: string, type = "application/json") =>
  raw(path, { method: "POST", body, headers: { "content-type": type } });

test("answers are those of tRPC's own adapter", async () => {
  const platform = testPlatform(open().database);
  const identity = identityOf(user_id, a.id, "owner");
  const handler = createHTTPHandler({
    router: appRouter,
    createContext: async () => testContext(platform, identity, { request_id: "same" }),
  });
  const stock = createServer(handler);
  await new Promise<void>((resolve) => stock.listen(0, "127.0.0.1", resolve));
  const stockUrl = `http://127.0.0.1:${(stock.address() as AddressInfo).port}`;
  const made = await createRequirement("Compared");
  const json = { "content-type": "application/json", "x-request-id": "same" };
  const input = (value: unknown) => encodeURIComponent(serialize(value));
  const requests: [string, { method?: string; body?: string; headers?: Record<string, string> }][] = [
    [`requirement.get?input=${input({ id: made.id })}`, {}],
    [`requirement.list?input=${input({ limit: 1, q: "Compared" })}`, {}],
    [`requirement.list?input=${input({ limit: "7" })}`, {}],
    ["requirement.list", {}],
    [`requirement.get?input=${input({ id: made.project_id })}`, {}],
    ["nothing.here", {}],
    ["requirement.create", { method: "POST", body: serialize({ name: "" }), headers: json }],
    ["requirement.create", { method: "POST", body: serialize({ name: "Compared" }), headers: json }],
    [
      `requirement.get,requirement.list?batch=1&input=${encodeURIComponent(`{"0":${serialize({ id: made.id })},"1":${serialize({ limit: 0 })}}`)}`,
      {},
    ],
  ];
  for (const [path, init] of requests) {
    const ours = await raw(path, { ...init, headers: { ...init.headers, "x-request-id": "same-same" } });
    const theirs = await fetch(`${stockUrl}/${path}`, init);
    const expected = JSON.parse((await theirs.text()).replaceAll('"same"', '"same-same"')) as unknown;
    expect([path, ours.status, blur(ours.body)]).toEqual([path, theirs.status, blur(expected)]);
  }
  await new Promise((resolve) => stock.close(resolve));
});

/** Sentences of our own, where the adapter of tRPC names its internals. */
function blur(body: unknown): unknown {
  return JSON.parse(
    JSON.stringify(body).replaceAll(/(No procedure found on path[^"]*\\"[^"]*\\"|There is no such procedure\.)/g, "-"),
  );
}

describe("what is not a call", () => {
  test("more than twenty calls in one request", async () => {
    const path = Array.from({ length: 21 }, () => "requirement.list").join(",");
    const got = await raw(`${path}?batch=1&input={}`);
    expect(got.status).toBe(400);
    expect(got.text).toContain("at most 20");
  });

  test("the wrong method", async () => {
    expect((await raw("requirement.create")).status).toBe(405);
    expect((await post("requirement.list", serialize({}))).status).toBe(405);
    expect((await raw("requirement.list", { method: "DELETE" })).status).toBe(405);
  });

  test("the wrong type of body, and one that is too large", async () => {
    expect((await post("requirement.create", serialize({ name: "x" }), "text/plain")).status).toBe(415);
    const large = serialize({ name: "x", description: "y".repeat(1_100_000) });
    expect((await post("requirement.create", large)).status).toBe(413);
  });

  test.each([
    "{",
    "null",
    "7",
    "[]",
    '"x"',
    '{"json":1,"meta":7}',
    '{"json":{},"meta":{"values":{"__proto__.x":["Date"]}}}',
  ])("the body %s is refused without a fault of ours", async (body) => {
    const got = await post("requirement.create", body);
    expect(got.status).toBe(400);
  });

  test.each(["%", "a%00b", "__proto__", "constructor", "toString", ",,,", "requirement", "requirement._def", ""])(
    "the path %j is not there",
    async (path) => {
      const got = await raw(path);
      expect(got.status).toBe(404);
      expect(got.text).not.toContain("node_modules");
    },
  );

  test("odd batches", async () => {
    for (const query of ["batch=1", "batch=1&input=7", "batch=1&input={", "batch=1&input=[]", "batch=2"]) {
      expect([400, 200, 404]).toContain((await raw(`requirement.list,requirement.list?${query}`)).status);
    }
  });
});

test("without a sign-in: 401 in the form that clients know", async () => {
  const got = await raw("requirement.list", {}, null);
  expect(got.status).toBe(401);
  expect(got.body).toMatchObject({ error: { json: { data: { code: "UNAUTHORIZED", httpStatus: 401 } } } });
});

test("what the host refuses has the code that REST tells", async () => {
  const codeOf = ({ status, body }: { status: number; body: unknown }) => [
    status,
    (body as { error: { json: { data: { error: { code: string } } } } }).error.json.data.error.code,
  ];
  const input = serialize({ name: "x" });
  expect(codeOf(await post("requirement.create", "{"))).toEqual([400, "malformed"]);
  expect(codeOf(await post("requirement.create", input, "text/plain"))).toEqual([415, "unsupported_media_type"]);
  expect(codeOf(await post("requirement.list", input))).toEqual([405, "method_not_allowed"]);
  expect(codeOf(await raw("requirement.create", { method: "PUT" }))).toEqual([405, "method_not_allowed"]);
  expect(codeOf(await post("requirement.create", serialize({ name: "" })))).toEqual([400, "invalid"]);
  expect(codeOf(await post("nothing.here", input))).toEqual([404, "not_found"]);
});
