import { request as httpRequest } from "node:http";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startTestApi, type TestApi } from "@rhesis/testkit/api";
import { useTestDatabase } from "@rhesis/testkit/database";
import { createTenants, type TestOrganization } from "@rhesis/testkit/tenants";
import type { ErrorCode } from "@rhesis/telemetry/app-error";

const open = useTestDatabase();
let api: TestApi;
let a: TestOrganization;
let token: string;
let foreign: string;

beforeAll(async () => {
  const tenants = await createTenants(open().database);
  a = tenants.a;
  api = await startTestApi(open());
  token = (await api.person(a.id)).token;
  foreign = (await api.person(tenants.b.id)).token;
});
afterAll(() => api.close());

type Sent = { body?: unknown; headers?: Record<string, string>; as?: string | null; raw?: string };
type Got = { status: number; headers: Headers; body: Record<string, unknown>; text: string };

async function call(method: string, path: string, { body, headers = {}, as = token, raw }: Sent = {}): Promise<Got> {
  const content = raw ?? (body === undefined ? undefined : JSON.stringify(body));
  const response = await fetch(`${api.url}/api/v1${path}`, {
    method,
    headers: {
      ...(as === null ? {} : { authorization: `Bearer ${as}` }),
      ...(content === undefined ? {} : { "content-type": "application/json" }),
      ...headers,
    },
    ...(content === undefined ? {} : { body: content }),
  });
  const text = await response.text();
  const parsed = /json/.test(response.headers.get("content-type") ?? "") && text !== "" ? JSON.parse(text) : {};
  return { status: response.status, headers: response.headers, text, body: parsed as Record<string, unknown> };
}

const create = async (name: string): Promise<string> =>
  (await call("POST", "/requirements", { body: { name } })).body["id"] as string;

const post = (raw: string, type: string): Promise<Got> =>
  call("POST", "/requirements", { raw, headers: { "content-type": type } });

/** Chunks of 100 kB without a declared length. */
function postChunks(count: number): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
    const request = httpRequest(`${api.url}/api/v1/requirements`, { method: "POST", headers }, (response) => {
      response.resume();
      resolve(response.statusCode);
    });
    request.on("error", reject);
    for (let n = 0; n < count; n += 1) request.write(" ".repeat(100_000));
  });
}

function expectProblem(got: Got, status: number, code: ErrorCode): void {
  expect(got.headers.get("content-type")).toBe("application/problem+json");
  expect(got.body).toMatchObject({ status, code, type: `urn:rhesis:problem:${code}` });
  expect(got.status).toBe(status);
  expect(got.body["request_id"]).toBe(got.headers.get("x-request-id"));
  expect(got.text).not.toMatch(/node_modules|at .+:\d+:\d+/);
}

describe("a thing's life", () => {
  test("201 with its place and tag; read, changed against its tag, deleted, gone", async () => {
    const made = await call("POST", "/requirements", { body: { name: "Stays on topic" } });
    expect(made.status).toBe(201);
    const id = made.body["id"] as string;
    expect(made.headers.get("location")).toBe(`/api/v1/requirements/${id}`);
    expect(made.headers.get("etag")).toBe('"1"');
    expect(made.body["created_at"]).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/);

    const read = await call("GET", `/requirements/${id}`);
    expect(read).toMatchObject({ status: 200, body: { id, name: "Stays on topic", version: 1 } });
    const known = await call("GET", `/requirements/${id}`, { headers: { "if-none-match": 'W/"1"' } });
    expect(known).toMatchObject({ status: 304, text: "" });

    const changed = await call("PATCH", `/requirements/${id}`, {
      body: { name: "New" },
      headers: { "if-match": '"1"' },
    });
    expect(changed).toMatchObject({ status: 200, body: { name: "New", version: 2 } });
    const lost = await call("PATCH", `/requirements/${id}`, { body: { name: "X" }, headers: { "if-match": 'W/"1"' } });
    expectProblem(lost, 412, "precondition_failed");
    const lostDelete = await call("DELETE", `/requirements/${id}`, { headers: { "if-match": '"1"' } });
    expectProblem(lostDelete, 412, "precondition_failed");

    await expect(call("DELETE", `/requirements/${id}`, { headers: { "if-match": "*" } })).resolves.toMatchObject({
      status: 200,
      body: { id },
    });
    expectProblem(await call("GET", `/requirements/${id}`), 404, "not_found");
  });

  test("another organization's is not there, be it read or written", async () => {
    const id = await create("Ours");
    for (const [method, body] of [["GET"], ["PATCH", { name: "Theirs" }], ["DELETE"]] as const) {
      expectProblem(await call(method, `/requirements/${id}`, { as: foreign, body }), 404, "not_found");
    }
  });

  test("a repeated creation with the same key is answered and not repeated", async () => {
    const headers = { "idempotency-key": "key-1" };
    const first = await call("POST", "/requirements", { body: { name: "Once" }, headers });
    const again = await call("POST", "/requirements", { body: { name: "Once" }, headers });
    expect([again.status, again.body]).toEqual([201, first.body]);
    expectProblem(await call("POST", "/requirements", { body: { name: "Other" }, headers }), 409, "conflict");
    const bad = await call("POST", "/requirements", { body: { name: "x" }, headers: { "idempotency-key": "a b" } });
    expectProblem(bad, 400, "invalid");
  });
});

describe("lists", () => {
  test("tell the total and the next page, which leads through all of them", async () => {
    const made = await Promise.all(Array.from({ length: 5 }, (_, n) => create(`Paged ${n}`)));
    const seen: unknown[] = [];
    let path: string | undefined = "/requirements?limit=2&q=Paged&sort=name";
    while (path !== undefined) {
      const page: Got = await call("GET", path);
      expect(page.headers.get("x-total-count")).toBe("5");
      seen.push(...(page.body["items"] as { id: string }[]).map(({ id }) => id));
      path = /^<\/api\/v1([^>]+)>; rel="next"$/.exec(page.headers.get("link") ?? "")?.[1];
    }
    expect(seen).toEqual(made);
  });

  test("parameters that do not exist, come twice or have the wrong form are refused by name", async () => {
    for (const [query, name] of [
      ["colour=red", "colour"],
      ["limit=5&limit=6", "limit"],
      ["limit=1e9", "limit"],
    ]) {
      const got = await call("GET", `/requirements?${query}`);
      expectProblem(got, 400, "invalid");
      expect(got.body["errors"]).toEqual([expect.objectContaining({ path: [name] })]);
    }
    for (const limit of ["", "true", "0x10", "5,6", "Infinity", " 5", "null", "[]"]) {
      expectProblem(await call("GET", `/requirements?limit=${encodeURIComponent(limit)}`), 400, "invalid");
    }
  });
});

describe("bodies", () => {
  const good = JSON.stringify({ name: "x" });

  test.each(["application/json", "application/json; charset=utf-8", 'Application/JSON;charset="UTF-8"'])(
    "%s is read",
    async (type) => {
      const name = `Käse as ${type}`;
      const got = await post(JSON.stringify({ name }), type);
      expect(got).toMatchObject({ status: 201, body: { name } });
    },
  );

  test.each([
    "text/plain",
    "application/x-www-form-urlencoded",
    "application/json; charset=latin1",
    "application/jsonx",
  ])("%s is refused", async (type) => {
    const got = await post(good, type);
    expectProblem(got, 415, "unsupported_media_type");
  });

  test("compressed bodies are refused", async () => {
    const got = await call("POST", "/requirements", { raw: good, headers: { "content-encoding": "gzip" } });
    expectProblem(got, 415, "unsupported_media_type");
  });

  test.each(["{", '{"name":}', "\u0000", "{'name': 'x'}"])("what is no JSON is said to be none: %j", async (raw) => {
    expectProblem(await call("POST", "/requirements", { raw }), 400, "malformed");
  });

  test.each(["[]", '"text"', "7", "null", "true"])("what is no object is refused: %s", async (raw) => {
    expectProblem(await call("POST", "/requirements", { raw }), 400, "invalid");
  });

  test("unknown fields, fields of the path, and nothing at all", async () => {
    const id = await create("Strict");
    expectProblem(await call("POST", "/requirements", { body: { name: "x", organization_id: a.id } }), 400, "invalid");
    expectProblem(await call("PATCH", `/requirements/${id}`, { body: { id, name: "x" } }), 400, "invalid");
    expectProblem(await call("POST", "/requirements"), 400, "invalid");
    expectProblem(await call("POST", "/requirements", { raw: '{"name":"x","__proto__":{"a":1}}' }), 400, "invalid");
    expect(Object.hasOwn(Object.prototype, "a")).toBe(false);
  });

  test("too large: declared or not, before it is read to its end", async () => {
    const body = { name: "x", description: "y".repeat(1_100_000) };
    const got = await call("POST", "/requirements", { body });
    expectProblem(got, 413, "too_large");
    await expect(postChunks(30)).resolves.toBe(413);
  });
});

describe("what is not there and what is not done", () => {
  test.each(["/", "/nothing", "/requirements/", "/Requirements", "/requirements//x", "/requirements/a/b/c"])(
    "%s is 404 with a problem",
    async (path) => expectProblem(await call("GET", path), 404, "not_found"),
  );

  test("another method is 405 and tells which ones are right", async () => {
    const got = await call("PUT", "/requirements", { body: {} });
    expectProblem(got, 405, "method_not_allowed");
    expect(got.headers.get("allow")).toBe("GET, POST, HEAD, OPTIONS");
  });

  test("HEAD is GET without the body, OPTIONS names the methods", async () => {
    const head = await call("HEAD", "/requirements?limit=1");
    expect(head).toMatchObject({ status: 200, text: "" });
    expect(Number(head.headers.get("content-length"))).toBeGreaterThan(50);
    expect(head.headers.get("x-total-count")).not.toBeNull();
    const options = await call("OPTIONS", "/requirements");
    expect([options.status, options.headers.get("allow")]).toEqual([204, "GET, POST, HEAD, OPTIONS"]);
  });

  test("without a sign-in it is 401, whatever else is wrong", async () => {
    const got = await call("POST", "/requirements", { as: null, raw: "{" });
    expectProblem(got, 401, "unauthenticated");
    expect(got.headers.get("www-authenticate")).toContain("Bearer");
  });

  test("without the right it is 403", async () => {
    const viewer = await api.person(a.id, "viewer");
    expectProblem(await call("POST", "/requirements", { as: viewer.token, body: { name: "x" } }), 403, "forbidden");
  });
});

test("answers carry no sniffing, no framing, and the request's id if it is sane", async () => {
  const got = await call("GET", "/requirements", { headers: { "x-request-id": "my-request-0001" } });
  expect(got.headers.get("x-request-id")).toBe("my-request-0001");
  expect(got.headers.get("x-content-type-options")).toBe("nosniff");
  expect(got.headers.get("content-security-policy")).toContain("frame-ancestors 'none'");
  expect(got.headers.get("x-powered-by")).toBeNull();
  const other = await call("GET", "/requirements", { headers: { "x-request-id": "x".repeat(101) } });
  expect(other.headers.get("x-request-id")).toMatch(/^[0-9a-f-]{36}$/);
});

test("large answers are compressed for those who accept it", async () => {
  await Promise.all(Array.from({ length: 30 }, (_, n) => create(`Compressed ${n} ${"long ".repeat(20)}`)));
  const packed = await call("GET", "/requirements", { headers: { "accept-encoding": "gzip" } });
  expect(packed.headers.get("content-encoding")).toBe("gzip");
  expect((packed.body["items"] as unknown[]).length).toBeGreaterThan(30);
  const plain = await call("GET", "/requirements", { headers: { "accept-encoding": "gzip;q=0" } });
  expect(plain.headers.get("content-encoding")).toBeNull();
});
