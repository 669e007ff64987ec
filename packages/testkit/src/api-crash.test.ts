import { randomUUID } from "node:crypto";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createApiToken } from "./api-token.ts";
import { openTestDatabase, type TestDatabase } from "./database.ts";
import { canStartRedis, startRedis, type TestRedis } from "./redis.ts";
import { startStack, type Stack } from "./stack.ts";
import { createOrganization } from "./tenants.ts";

const tests = 2000;
const concurrency = 50;

/** Answers after 10 ms and counts how often each test is asked. */
async function startTarget(): Promise<{ server: Server; url: string; calls: Map<string, number> }> {
  const calls = new Map<string, number>();
  const server = createServer(async (request, response) => {
    const { message } = JSON.parse(Buffer.concat(await request.toArray()).toString()) as { message: string };
    calls.set(message, (calls.get(message) ?? 0) + 1);
    setTimeout(
      () => response.setHeader("content-type", "application/json").end(JSON.stringify({ reply: message })),
      10,
    );
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, calls };
}

type Json = Record<string, unknown> & { id: string; ids: string[]; status: string; passed: number };

function caller(url: string, token: string) {
  return async (method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Json> => {
    const response = await fetch(`${url}/api/v1${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json", ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
    return (await response.json()) as Json;
  };
}

type Call = ReturnType<typeof caller>;

/** A set of 2,000 tests, an endpoint and a metric, made over REST. */
async function prepare(call: Call, project_id: string, url: string): Promise<{ path: string; body: unknown }> {
  const endpoint = await call("POST", "/endpoints", {
    project_id,
    name: "Slow echo",
    max_concurrency: concurrency,
    config: { url, request_mapping: { message: "{{ input }}" }, response_mapping: { output: "$.reply" } },
  });
  const parameters = { implementation: "contains", phrases: ["test"] };
  const metric = await call("POST", "/metrics", { name: "Echoes", parameters });
  const set = await call("POST", "/test-sets", { project_id, name: "Many" });
  for (let from = 0; from < tests; from += 1000) {
    const rows = Array.from({ length: 1000 }, (_, nr) => ({ input: `test ${from + nr}` }));
    const { ids } = await call("POST", "/tests/bulk", { project_id, tests: rows });
    await call("POST", `/test-sets/${set.id}/tests`, { test_ids: ids });
  }
  return { path: `/test-sets/${set.id}/execute`, body: { endpoint_id: endpoint.id, metric_ids: [metric.id] } };
}

describe.each([["PostgreSQL"], ["Redis"]] as const)("with the queue on %s", (broker) => {
  let open: TestDatabase;
  let redis: TestRedis | undefined;
  let stack: Stack;
  const runs = broker === "PostgreSQL" || canStartRedis();

  beforeAll(async () => {
    if (!runs) return;
    open = await openTestDatabase();
    redis = broker === "Redis" ? await startRedis() : undefined;
    stack = await startStack(open, redis === undefined ? {} : { redis_url: redis.url });
  });
  afterAll(async () => {
    if (!runs) return;
    await stack.close();
    await redis?.stop();
    await open.close();
  });

  test.skipIf(!runs)("an API killed in the middle of a run loses and doubles nothing", async () => {
    const organization = await createOrganization(open.database, "Northwind");
    const call = caller(stack.url, await createApiToken(open.database, organization.people.owner));
    const target = await startTarget();
    const { path, body } = await prepare(call, organization.project_id, target.url);
    const key = { "idempotency-key": randomUUID() };
    const run = await call("POST", path, body, key);
    await stack.apis[0]?.kill();
    await expect.poll(() => target.calls.size, { timeout: 10_000 }).toBeGreaterThan(0);
    await stack.startApi();
    expect((await call("POST", path, body, key)).id).toBe(run.id);
    await stack.workers[0]?.kill();
    await stack.startWorker();
    await expect
      .poll(() => call("GET", `/test-runs/${run.id}`), { timeout: 40_000 })
      .toMatchObject({ status: "completed", passed: tests });
    const [stored] = await open.admin<{ results: number; scores: number; runs: number }>(
      `select (select count(*)::int from test_result where verdict = 'pass') as results,
         (select count(*)::int from score) as scores, (select count(*)::int from test_run) as runs`,
    );
    expect(stored).toEqual({ results: tests, scores: tests, runs: 1 });
    const made = [...target.calls.values()].reduce((sum, count) => sum + count, 0);
    expect(target.calls.size).toBe(tests);
    expect(made - tests).toBeLessThanOrEqual(concurrency);
    target.server.close();
  });
});
