import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { createRhesisClient } from "@rhesis/client/client";
import { EventSource } from "undici";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createApiToken } from "./api-token.ts";
import { useTestDatabase } from "./database.ts";
import { canStartRedis, startRedis, type TestRedis } from "./redis.ts";
import { startStack, type Stack } from "./stack.ts";
import { createOrganization } from "./tenants.ts";

const tests = 300;
const open = useTestDatabase();
const runs = canStartRedis();
/** Long enough for runs that were started together to be at work together. */
const latencyMs = 40;
/** Fewer than there are runs, so that one worker cannot have them all. */
const runsPerWorker = 2;
let redis: TestRedis;
let stack: Stack;
let target: Server;
let calls: string[];

beforeAll(async () => {
  if (!runs) return;
  redis = await startRedis();
  const environment = { WORKER_CONCURRENCY: String(runsPerWorker) };
  stack = await startStack(open(), { apis: 2, workers: 3, redis_url: redis.url, environment });
  calls = [];
  target = createServer(async (request, response) => {
    const body = Buffer.concat(await request.toArray()).toString();
    calls.push(body);
    const reply = JSON.stringify({ reply: `heard ${body}` });
    setTimeout(() => response.setHeader("content-type", "application/json").end(reply), latencyMs);
  });
  await new Promise<void>((resolve) => target.listen(0, "127.0.0.1", resolve));
});
afterAll(async () => {
  if (!runs) return;
  await stack.close();
  await redis.stop();
  target.close();
});

async function call<T>(api: string, token: string, method: string, path: string, body?: unknown): Promise<T> {
  const response = await fetch(`${api}/api/v1${path}`, {
    method,
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
  return (await response.json()) as T;
}

type WithId = { id: string };

/** Hears by push where a run is, from the first word to its end. */
function follow(url: string, token: string, id: string): { heard: string[]; ended: Promise<string> } {
  const heard: string[] = [];
  const { promise: ended, resolve } = Promise.withResolvers<string>();
  createRhesisClient({ url, token, EventSource }).test_run.changes.subscribe(
    { id },
    {
      onData: ({ data }) => void heard.push(`${data.status} ${data.passed}/${data.total}`),
      onError: (error) => resolve(error.message),
      onComplete: () => resolve("complete"),
    },
  );
  return { heard, ended };
}

/** The runs that a worker says it has brought to their end. */
function executedBy(output: string): string[] {
  const lines = output.split("\n").slice(0, -1);
  return lines
    .map((line) => JSON.parse(line) as { msg: string; status?: string; test_run_id?: string })
    .filter(({ msg, status }) => msg === "the execution of a test run ended" && status === "completed")
    .map(({ test_run_id = "" }) => test_run_id);
}

test.skipIf(!runs)(
  "two APIs and three workers share the work of four runs, each test called once",
  async () => {
    const organization = await createOrganization(open().database, "Northwind");
    const token = await createApiToken(open().database, organization.people.owner);
    const [first = "", second = ""] = stack.api_urls;
    const { project_id } = organization;
    const endpoint = await call<WithId>(first, token, "POST", "/endpoints", {
      project_id,
      name: "Echo",
      max_concurrency: 40,
      config: {
        url: `http://127.0.0.1:${(target.address() as AddressInfo).port}/`,
        request_mapping: { message: "{{ input }}" },
        response_mapping: { output: "$.reply" },
      },
    });
    const metric = await call<WithId>(second, token, "POST", "/metrics", {
      name: "Heard",
      parameters: { implementation: "contains", phrases: ["heard"] },
    });
    const { ids } = await call<{ ids: string[] }>(first, token, "POST", "/tests/bulk", {
      project_id,
      tests: Array.from({ length: tests }, (_, nr) => ({ input: `test ${nr}` })),
    });
    const set = await call<WithId>(second, token, "POST", "/test-sets", { project_id, name: "All" });
    await call(first, token, "POST", `/test-sets/${set.id}/tests`, { test_ids: ids });
    const started = await Promise.all(
      [first, second, first, second].map((api) =>
        call<WithId>(api, token, "POST", `/test-sets/${set.id}/execute`, {
          endpoint_id: endpoint.id,
          metric_ids: [metric.id],
        }),
      ),
    );
    const followed = follow(second, token, started[0]?.id ?? "");
    for (const run of started) {
      await expect
        .poll(() => call<{ status: string; passed: number }>(second, token, "GET", `/test-runs/${run.id}`), {
          timeout: 30_000,
        })
        .toMatchObject({ status: "completed", passed: tests });
    }
    expect(calls.length).toBe(tests * started.length);
    await expect(followed.ended).resolves.toBe("complete");
    expect(followed.heard.at(-1)).toBe(`completed ${tests}/${tests}`);
    expect(followed.heard.length, followed.heard.join(", ")).toBeGreaterThan(2);
    const shares = stack.workers.map((worker) => executedBy(worker.output()));
    expect(shares.flat().toSorted()).toEqual(started.map((run) => run.id).toSorted());
    expect(shares.filter((share) => share.length > 0).length).toBeGreaterThanOrEqual(2);
  },
  90_000,
);
