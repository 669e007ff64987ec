/** What the usual adapter for REST over tRPC gets wrong, case by case. */
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, expect, test } from "vitest";
import { z } from "zod";
import { resolveFeatures } from "@rhesis/auth/features";
import { createCallerFactory, openProcedure, router, type RestOperation } from "@rhesis/router/trpc";
import { timestamp } from "@rhesis/router/list";
import { createLogger } from "@rhesis/telemetry/logger";
import { createMetrics } from "@rhesis/telemetry/metrics";
import { testContext, testPlatform } from "@rhesis/testkit/caller";
import { useTestDatabase } from "@rhesis/testkit/database";
import { openExchange } from "../host/exchange.ts";
import { createRateLimits } from "../host/rate-limits.ts";
import { handleRest } from "./handler.ts";
import { operationsOf } from "./operations.ts";
import { createRouteTable } from "./route-table.ts";

const open = useTestDatabase();
const rest = (method: RestOperation["method"], path: `/${string}`): RestOperation => ({
  method,
  path,
  tags: [],
  summary: "",
});
const any = z.any();

const values = z.strictObject({
  flag: z.boolean().optional(),
  n: z.number().nullable().default(5),
  at: timestamp.optional(),
  list: z.array(z.number()).optional(),
  either: z.union([z.literal("any"), z.number()]).optional(),
});

// The parameter is declared before the fixed path on purpose.
const testRouter = router({
  echo: {
    query: openProcedure(rest("GET", "/values"))
      .input(values)
      .output(any)
      .query(({ input }) => ({ ...input, is_date: input.at instanceof Date })),
    body: openProcedure(rest("POST", "/values"))
      .input(values)
      .output(any)
      .mutation(({ input }) => ({ ...input, is_date: input.at instanceof Date })),
    one: openProcedure(rest("GET", "/things/{id}"))
      .input(z.strictObject({ id: z.string() }))
      .output(any)
      .query(({ input }) => ({ one: input.id })),
    search: openProcedure(rest("GET", "/things/search"))
      .input(z.strictObject({}))
      .output(any)
      .query(() => ({ found: true })),
    part: openProcedure(rest("GET", "/things/{id}/parts/{part}"))
      .input(z.strictObject({ id: z.string(), part: z.int() }))
      .output(any)
      .query(({ input }) => input),
    fail: openProcedure(rest("GET", "/fail"))
      .input(z.strictObject({}))
      .output(any)
      .query(() => {
        throw new Error("connect to db with password hunter2");
      }),
    lie: openProcedure(rest("GET", "/lie"))
      .input(z.strictObject({}))
      .output(z.object({ n: z.number() }))
      .query(() => ({ n: "secret" as unknown as number })),
    nothing: openProcedure(rest("DELETE", "/values"))
      .input(z.strictObject({}))
      .output(z.void())
      .mutation(() => undefined),
  },
});

let server: Server;
let url: string;
let caller: ReturnType<ReturnType<typeof createCallerFactory<(typeof testRouter)["_def"]["record"]>>>;
const lines: string[] = [];

beforeAll(async () => {
  const platform = testPlatform(open().database);
  const nobody = { identity: null, identity_problem: null, features: resolveFeatures({}, {}), refusal: null };
  const limits = createRateLimits({
    calls_per_minute: 0,
    failed_sign_ins_per_minute: 0,
    redis_url: undefined,
    onRefused: () => undefined,
  });
  const logger = createLogger({
    service: "test",
    level: "info",
    destination: { write: (line) => void lines.push(line) },
  });
  const host = { platform, callers: { resolve: async () => nobody }, limits, logger, metrics: createMetrics("test") };
  const table = createRouteTable(operationsOf(testRouter));
  server = createServer((request, response) => void handleRest(host, table, openExchange(request, response, 0)));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/v1`;
  caller = createCallerFactory(testRouter)(testContext(platform, null));
});
afterAll(() => new Promise((resolve) => server.close(resolve)));

async function get(path: string): Promise<{ status: number; body: Record<string, unknown>; text: string }> {
  const response = await fetch(`${url}${path}`);
  const text = await response.text();
  return { status: response.status, text, body: text === "" ? {} : (JSON.parse(text) as Record<string, unknown>) };
}

async function post(
  body: unknown,
  type = "application/json",
): Promise<{ status: number; body: Record<string, unknown> }> {
  const response = await fetch(`${url}/values`, {
    method: "POST",
    body: JSON.stringify(body),
    headers: { "content-type": type },
  });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

test("false is false and true is true; other words are neither", async () => {
  await expect(get("/values?flag=false")).resolves.toMatchObject({ status: 200, body: { flag: false } });
  await expect(get("/values?flag=true")).resolves.toMatchObject({ status: 200, body: { flag: true } });
  for (const word of ["0", "1", "no", "yes", "FALSE", ""]) {
    await expect(get(`/values?flag=${word}`)).resolves.toMatchObject({ status: 400 });
  }
});

test("bodies mean what they say: nothing in them is turned into something else", async () => {
  const wrong = [
    { flag: "false" },
    { flag: 0 },
    { n: "7" },
    { n: "" },
    { n: [] },
    { n: true },
    { at: null },
    { at: 0 },
    { list: "1" },
  ];
  for (const body of wrong) await expect(post(body)).resolves.toMatchObject({ status: 400 });
  await expect(post({ n: null })).resolves.toMatchObject({ status: 200, body: { n: null } });
  await expect(post({})).resolves.toMatchObject({ status: 200, body: { n: 5 } });
});

test("a call over REST changes nothing for tRPC", async () => {
  const wrong = [
    { n: "7" },
    { flag: "no" },
    { flag: "false" },
    { n: "" },
    { at: "2026-01-01T00:00:00Z" },
    { list: ["1"] },
  ];
  const attempts = () =>
    Promise.all(
      wrong.map((input) =>
        caller.echo.query(input as never).then(
          () => "accepted",
          () => "refused",
        ),
      ),
    );
  const before = await attempts();
  await get("/values?n=7&flag=true&at=2026-01-01T00:00:00Z&list=1&list=2");
  await post({ n: 1, at: "2026-01-01T00:00:00Z" });
  expect(before).toEqual(wrong.map(() => "refused"));
  expect(await attempts()).toEqual(before);
});

test("path parameters are decoded, once, and keep their case", async () => {
  await expect(get("/things/a%2Fb%20%C3%A4")).resolves.toMatchObject({ body: { one: "a/b ä" } });
  await expect(get("/things/a%252Fb")).resolves.toMatchObject({ body: { one: "a%2Fb" } });
  await expect(get("/things/AbC")).resolves.toMatchObject({ body: { one: "AbC" } });
  await expect(get("/THINGS/a")).resolves.toMatchObject({ status: 404 });
  await expect(get("/things/%E0%A4%A")).resolves.toMatchObject({ status: 400 });
  await expect(get("/things/x/parts/12")).resolves.toMatchObject({ body: { id: "x", part: 12 } });
  await expect(get("/things/x/parts/1e3x")).resolves.toMatchObject({ status: 400 });
});

test("a fixed path is not swallowed by a parameter declared before it", async () => {
  await expect(get("/things/search")).resolves.toMatchObject({ body: { found: true } });
  await expect(get("/things/searches")).resolves.toMatchObject({ body: { one: "searches" } });
});

test("a body with a charset arrives", async () => {
  await expect(post({ n: 3 }, "application/json; charset=utf-8")).resolves.toMatchObject({ body: { n: 3 } });
});

test("what happened inside is logged, not told", async () => {
  for (const path of ["/fail", "/lie"]) {
    const got = await get(path);
    expect(got.status).toBe(500);
    expect(got.text).not.toMatch(/hunter2|secret|stack|Error:|expected/);
    expect(got.body).toMatchObject({ code: "internal", detail: expect.stringContaining("request id") });
  }
  expect(lines.join("")).toContain("connect to db");
});

test("lists repeat their name, numbers and dates are read, one of several kinds is found", async () => {
  await expect(get("/values?list=1")).resolves.toMatchObject({ body: { list: [1] } });
  await expect(get("/values?list=1&list=2")).resolves.toMatchObject({ body: { list: [1, 2] } });
  await expect(get("/values?either=any")).resolves.toMatchObject({ body: { either: "any" } });
  await expect(get("/values?either=3")).resolves.toMatchObject({ body: { either: 3 } });
  await expect(get("/values?at=2026-01-01T00:00:00%2B01:00")).resolves.toMatchObject({
    body: { is_date: true, at: "2025-12-31T23:00:00.000Z" },
  });
  for (const at of ["yesterday", "2026-01-01", "0", "2026-13-01T00:00:00Z"]) {
    await expect(get(`/values?at=${at}`)).resolves.toMatchObject({ status: 400 });
  }
});

test("a date in a body is text in ISO 8601, and a date for the procedure", async () => {
  await expect(post({ at: "2026-01-01T00:00:00.5Z" })).resolves.toMatchObject({ status: 200, body: { is_date: true } });
  await expect(post({ at: "2026-01-01" })).resolves.toMatchObject({ status: 400 });
});

test("no answer is 204", async () => {
  const response = await fetch(`${url}/values`, { method: "DELETE" });
  expect([response.status, await response.text()]).toEqual([204, ""]);
});
