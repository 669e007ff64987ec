import { afterAll, beforeAll, expect, test } from "vitest";
import { createApiToken } from "../api-token.ts";
import { useTestDatabase } from "../database.ts";
import { startProgram, startStack, type Program, type Stack } from "../stack.ts";
import { createOrganization, type TestOrganization } from "../tenants.ts";

const tests = 150;
const open = useTestDatabase();
let stack: Stack;
let organization: TestOrganization;
let token: string;
let customer: Program;

beforeAll(async () => {
  stack = await startStack(open(), { apis: 2 });
  organization = await createOrganization(open().database, "Northwind");
  token = await createApiToken(open().database, organization.people.owner);
});
afterAll(async () => {
  await customer.kill();
  await stack.close();
});

async function call<T>(method: string, path: string, body?: unknown): Promise<T> {
  const response = await fetch(`${stack.api_urls[1]}/api/v1${path}`, {
    method,
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
  return (await response.json()) as T;
}

type WithId = { id: string };
type Endpoint = WithId & { name: string; config: { request_mapping: object; max_attempts: number } };
type Connections = { items: { functions: string[]; environment: string; client_version: string }[] };

/** A process of its own, connected to the first API; everything else asks the second. */
async function startCustomer(): Promise<void> {
  customer = await startProgram("packages/testkit/src/connector/customer.ts", {
    RHESIS_URL: stack.api_urls[0] ?? "",
    RHESIS_TOKEN: token,
    RHESIS_PROJECT: organization.project_id,
    LATENCY_MS: "50",
  });
  await expect.poll(() => customer.output(), { timeout: 20_000 }).toContain('"registered"');
}

const called = (program: Program): string[] =>
  program
    .output()
    .split("\n")
    .flatMap((line) => (line.includes('"called"') ? [(JSON.parse(line) as { called: string }).called] : []));

async function startRun(endpoint_id: string): Promise<string> {
  const { project_id } = organization;
  const inputs = Array.from({ length: tests }, (_, nr) => ({ input: `test ${nr}` }));
  const parameters = { implementation: "contains", phrases: ["heard test"] };
  const metric = await call<WithId>("POST", "/metrics", { name: "Heard", parameters });
  const { ids } = await call<{ ids: string[] }>("POST", "/tests/bulk", { project_id, tests: inputs });
  const set = await call<WithId>("POST", "/test-sets", { project_id, name: "All" });
  await call("POST", `/test-sets/${set.id}/tests`, { test_ids: ids });
  const start = { endpoint_id, metric_ids: [metric.id], params: { model: "small" } };
  return (await call<WithId>("POST", `/test-sets/${set.id}/execute`, start)).id;
}

test("a run of functions in a customer's process survives that process and the API it is connected to", async () => {
  await startCustomer();
  const { items } = await call<{ items: Endpoint[] }>("GET", "/endpoints");
  expect(items).toMatchObject([{ name: "answer", url: null, connector: { function: "answer" } }]);
  const id = items[0]?.id ?? "";
  const endpoint = await call<Endpoint>("GET", `/endpoints/${id}`);
  expect(endpoint.config).toMatchObject({ request_mapping: { message: "{{ input }}" }, timeout_ms: 120_000 });
  // What a person changed stays when the process connects again.
  const edited = { max_attempts: 10, request_mapping: { message: "{{ input }}!" } };
  await call("PATCH", `/endpoints/${id}`, { config: edited, max_concurrency: 10 });
  const trial = await call<{ answer: unknown }>("POST", `/endpoints/${id}/invoke`, { input: "hello" });
  expect(trial.answer).toMatchObject({ output: "heard hello!" });

  const run = await startRun(id);
  await expect.poll(() => called(customer).length, { timeout: 20_000 }).toBeGreaterThan(20);
  const before = called(customer);
  await customer.kill();
  await expect
    .poll(() => call<Connections>("GET", "/connector/connections"), { timeout: 10_000 })
    .toEqual({ items: [] });
  await startCustomer();
  expect(await call("GET", "/connector/connections")).toMatchObject({
    items: [{ functions: ["answer"], environment: "development", user_name: "owner" }],
  });
  await expect.poll(() => called(customer).length, { timeout: 20_000 }).toBeGreaterThan(10);
  await stack.apis[0]?.stop();
  await stack.startApi();

  const read = () => call<{ status: string; passed: number }>("GET", `/test-runs/${run}`);
  await expect.poll(read, { timeout: 60_000 }).toMatchObject({ status: "completed", passed: tests });
  const calls = [...before, ...called(customer)];
  expect(new Set(calls).size).toBe(tests + 1);
  // Only what was under way when something ended was called again.
  expect(calls.length).toBeLessThanOrEqual(tests + 1 + 2 * 10);
  const results = await call<{ items: { output: string; answer?: { metadata: object } }[]; total: number }>(
    "GET",
    `/test-results?test_run_id=${run}&limit=100`,
  );
  expect(results.total).toBe(tests);
  expect(results.items[0]?.output).toMatch(/^heard test \d+!$/);
  const [left] = await open().admin<{ calls: number }>("select count(*)::int as calls from connector_call");
  expect(left).toEqual({ calls: 0 });
  expect(await call("GET", `/endpoints/${id}`)).toMatchObject({ config: edited });
}, 150_000);
