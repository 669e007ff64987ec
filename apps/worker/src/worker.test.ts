import { randomBytes } from "node:crypto";
import { startCollector, type Collector } from "@rhesis/testkit/collector";
import { useTestDatabase } from "@rhesis/testkit/database";
import { startEndpointZoo, type EndpointZoo } from "@rhesis/testkit/endpoint-zoo";
import { containsMetric, prepareRun, type PreparedRun } from "@rhesis/testkit/run-fixture";
import { startProgram, type Program } from "@rhesis/testkit/stack";
import { createTenants, type TestOrganization } from "@rhesis/testkit/tenants";
import { afterAll, beforeAll, expect, test, vi } from "vitest";

const open = useTestDatabase();
let organization: TestOrganization;
let zoo: EndpointZoo;
let collector: Collector;
let worker: Program;
let url: string;

beforeAll(async () => {
  ({ a: organization } = await createTenants(open().database));
  zoo = await startEndpointZoo();
  collector = await startCollector();
  worker = await startProgram("apps/worker/src/main.ts", {
    DATABASE_URL: open().app_url,
    RHESIS_SECRET_KEYS: `test:${randomBytes(32).toString("base64")}`,
    RHESIS_ALLOW_LOOPBACK_TARGETS: "true",
    WORKER_HOST: "127.0.0.1",
    WORKER_PORT: "0",
    OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
  });
  const port = await vi.waitFor(() => {
    expect(worker.output()).toContain("takes jobs");
    return lines().find((line) => line["msg"] === "health and metrics are served")?.["port"];
  }, 10_000);
  url = `http://127.0.0.1:${Number(port)}`;
});
afterAll(async () => {
  await worker.stop();
  await Promise.all([zoo.close(), collector.close()]);
});

/** What the worker has logged so far. */
function lines(): Record<string, unknown>[] {
  const complete = worker.output().split("\n").slice(0, -1);
  return complete.map((line) => JSON.parse(line) as Record<string, unknown>);
}

async function get(path: string): Promise<{ status: number; text: string }> {
  const response = await fetch(`${url}${path}`);
  return { status: response.status, text: await response.text() };
}

function prepare(path: string, tests: number): Promise<PreparedRun> {
  const target = { url: `${zoo.url}${path}`, response_mapping: null, max_attempts: 1 };
  return prepareRun(open().database, organization, { target, tests, metrics: [containsMetric("question")] });
}

const completed = (run: PreparedRun): Promise<void> =>
  vi.waitFor(
    async () => {
      const [row] = await open().admin("select status from job where id = $1", [run.job_id]);
      expect(row).toEqual({ status: "completed" });
    },
    { timeout: 15_000 },
  );

test("it says that it lives, and knows no other page", async () => {
  expect(await get("/healthz")).toEqual({ status: 200, text: "ok\n" });
  expect((await get("/nothing")).status).toBe(404);
});

test("it is ready while its database answers, and not while it is away", async () => {
  expect((await get("/readyz")).status).toBe(200);
  const name = new URL(open().app_url).pathname.slice(1);
  const cut =
    "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and usename = 'rhesis_app'";
  await open().admin(`alter database ${name} connection limit 0`);
  await open().admin(cut);
  expect((await get("/readyz")).status).toBe(503);
  expect((await get("/healthz")).status).toBe(200);
  await open().admin(`alter database ${name} connection limit -1`);
  await vi.waitFor(async () => expect((await get("/readyz")).status).toBe(200), { timeout: 10_000 });
});

test("results, calls and runs are counted for Prometheus", async () => {
  await completed(await prepare("/echo", 3));
  const { text } = await get("/metrics");
  expect(text).toMatch(/^rhesis_test_results_total\{verdict="pass",service="worker"\} 3$/m);
  expect(text).toMatch(/^rhesis_test_runs_total\{status="completed",service="worker"\} 1$/m);
  expect(text).toMatch(/^rhesis_target_call_duration_seconds_count\{.*outcome="answered".*\} 3$/m);
  expect(text).toMatch(/^rhesis_database_connections\{/m);
});

test("every line that is logged about a run names its organization and its job", async () => {
  const run = await prepare("/slow?ms=1500", 1);
  await vi.waitFor(() => expect(zoo.calls("/slow")).toBe(1), { timeout: 5_000 });
  // Somebody else takes the job: that is told when the lease is kept, and the run is gone on with when theirs ends.
  await open().admin("update job set attempts = attempts + 1 where id = $1", [run.job_id]);
  await completed(run);
  const about = lines().filter((line) =>
    Object.values(line).some((value) => Object.values(run).includes(String(value))),
  );
  expect(about.map((line) => line["msg"])).toEqual(
    expect.arrayContaining(["a lease went to somebody else", "the execution of a test run ended"]),
  );
  for (const line of about) expect(line).toMatchObject({ organization_id: organization.id, job_id: run.job_id });
});

test("a job is a span that names its organization and itself", async () => {
  const run = await prepare("/echo", 1);
  await completed(run);
  await worker.stop();
  const spans = collector.received();
  for (const text of ["execute_test_run", organization.id, run.job_id]) expect(spans.includes(text), text).toBe(true);
});
