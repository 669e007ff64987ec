import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createApiToken } from "./api-token.ts";
import { useTestDatabase } from "./database.ts";
import { canStartRedis, startRedis, type TestRedis } from "./redis.ts";
import { startStack, type Stack } from "./stack.ts";
import { createOrganization } from "./tenants.ts";

const tests = 300;
const open = useTestDatabase();
let redis: TestRedis;
let stack: Stack;
let target: Server;
let calls: string[];

beforeAll(async () => {
  redis = await startRedis();
  stack = await startStack(open(), { apis: 2, workers: 3, redis_url: redis.url });
  calls = [];
  target = createServer(async (request, response) => {
    const body = Buffer.concat(await request.toArray()).toString();
    calls.push(body);
    response.setHeader("content-type", "application/json").end(JSON.stringify({ reply: `heard ${body}` }));
  });
  await new Promise<void>((resolve) => target.listen(0, "127.0.0.1", resolve));
});
afterAll(async () => {
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

test.skipIf(!canStartRedis())(
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
    const runs = await Promise.all(
      [first, second, first, second].map((api) =>
        call<WithId>(api, token, "POST", `/test-sets/${set.id}/execute`, {
          endpoint_id: endpoint.id,
          metric_ids: [metric.id],
        }),
      ),
    );
    for (const run of runs) {
      await expect
        .poll(() => call<{ status: string; passed: number }>(second, token, "GET", `/test-runs/${run.id}`), {
          timeout: 30_000,
        })
        .toMatchObject({ status: "completed", passed: tests });
    }
    expect(calls.length).toBe(tests * runs.length);
  },
);
