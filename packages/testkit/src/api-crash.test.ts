import { randomUUID } from "node:crypto";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { createApiToken } from "./api-token.ts";
import { openTestDatabase, type TestDatabase } from "./database.ts";
import { canStartRedis, startRedis, type TestRedis } from "./redis.ts";
import { startStack, type Program, type Stack } from "./stack.ts";
import { createOrganization } from "./tenants.ts";

const tests = 2_000;
const concurrency = 50;
const latencyMs = 50;
/** A run of so many tests on a machine that is busy. */
const mostMs = 90_000;
/** Of a worker being there. */
const resumeMs = 5_000;

type Target = { server: Server; url: string; calls: Map<string, number>; made: () => number };

/** Counts how often each test is asked. */
async function startTarget(): Promise<Target> {
  const calls = new Map<string, number>();
  const server = createServer(async (request, response) => {
    const { message } = JSON.parse(Buffer.concat(await request.toArray()).toString()) as { message: string };
    calls.set(message, (calls.get(message) ?? 0) + 1);
    setTimeout(
      () => response.setHeader("content-type", "application/json").end(JSON.stringify({ reply: message })),
      latencyMs,
    );
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  return { server, url, calls, made: () => [...calls.values()].reduce((sum, count) => sum + count, 0) };
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

const takesJobs = (worker: Program) => expect.poll(() => worker.output(), { timeout: 20_000 }).toContain("takes jobs");

/** Somewhere in the middle, another place each time. */
const middle = (): number => 200 + Math.floor(Math.random() * 1_000);

describe.each([["PostgreSQL"], ["Redis"]] as const)("with the queue on %s", { timeout: mostMs }, (broker) => {
  let open: TestDatabase;
  let redis: TestRedis | undefined;
  let stack: Stack;
  let target: Target;
  let call: Call;
  let execution: { path: string; body: unknown };
  const runs = broker === "PostgreSQL" || canStartRedis();

  beforeAll(async () => {
    if (!runs) return;
    open = await openTestDatabase();
    redis = broker === "Redis" ? await startRedis() : undefined;
    stack = await startStack(open, redis === undefined ? {} : { redis_url: redis.url });
    target = await startTarget();
    const organization = await createOrganization(open.database, "Northwind");
    call = caller(stack.url, await createApiToken(open.database, organization.people.owner));
    execution = await prepare(call, organization.project_id, target.url);
  });
  afterEach(() => target?.calls.clear());
  afterAll(async () => {
    if (!runs) return;
    await stack.close();
    target.server.close();
    await redis?.stop();
    await open.close();
  });

  /** `again` is the same request, sent once more, as a client does that got no answer. */
  async function execute(): Promise<{ id: string; again: () => Promise<Json> }> {
    const key = { "idempotency-key": randomUUID() };
    const start = () => call("POST", execution.path, execution.body, key);
    return { id: (await start()).id, again: start };
  }

  const called = (count: number) =>
    expect.poll(() => target.made(), { timeout: 20_000, interval: 5 }).toBeGreaterThanOrEqual(count);

  async function restartApi(): Promise<void> {
    stack.apis.push(await stack.startApi());
  }

  /** Returns how long the new worker took to make a call, in milliseconds from when it was there. */
  async function restartWorker(): Promise<number> {
    const before = target.made();
    const worker = await stack.startWorker();
    stack.workers.push(worker);
    await takesJobs(worker);
    const there = performance.now();
    await called(before + 1);
    return performance.now() - there;
  }

  /** One result and one score per test, and no more calls repeated than can have been under way. */
  async function expectWhole(id: string, crashes: number): Promise<void> {
    await expect
      .poll(() => call("GET", `/test-runs/${id}`), { timeout: mostMs })
      .toMatchObject({ status: "completed", passed: tests });
    const [stored] = await open.admin<{ results: number; scores: number }>(
      `select (select count(*)::int from test_result where test_run_id = $1 and verdict = 'pass') as results,
         (select count(*)::int from score where test_run_id = $1) as scores`,
      [id],
    );
    expect(stored).toEqual({ results: tests, scores: tests });
    expect(target.calls.size).toBe(tests);
    expect(target.made() - tests).toBeLessThanOrEqual(crashes * concurrency);
  }

  test.skipIf(!runs)("an API killed as soon as it has started a run has started it, once", async () => {
    const run = await execute();
    await stack.apis.at(-1)?.kill();
    await called(1);
    await restartApi();
    expect((await run.again()).id).toBe(run.id);
    await expectWhole(run.id, 0);
    const [count] = await open.admin<{ runs: number }>("select count(*)::int as runs from test_run");
    expect(count).toEqual({ runs: 1 });
  });

  test.skipIf(!runs)(
    "an API killed in the middle of a run does not stop it, and shows it when it is back",
    async () => {
      const { id } = await execute();
      await called(middle());
      await stack.apis.at(-1)?.kill();
      const killed = target.made();
      await called(Math.min(killed + 2 * concurrency, tests));
      await restartApi();
      await expectWhole(id, 0);
    },
  );

  test.skipIf(!runs)(
    "API and worker killed in the middle: the run goes on within 5 s of a worker being there",
    async () => {
      const { id } = await execute();
      await called(middle());
      await Promise.all([stack.apis.at(-1)?.kill(), stack.workers.at(-1)?.kill()]);
      expect(await restartWorker()).toBeLessThan(resumeMs);
      await restartApi();
      await expectWhole(id, 1);
    },
  );
});
