/**
 * Executing a run of 10,000 tests, from the POST that starts it to `completed`, against a bare loop of the same calls
 * with undici.
 */
import { fork, type ChildProcess } from "node:child_process";
import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { permissions } from "@rhesis/auth/permissions";
import { createDatabase } from "@rhesis/db/database";
import { migrateQueue } from "@rhesis/jobs/migrate-queue";
import { asAdmin, openBenchDatabase } from "@rhesis/testkit/bench/database";
import { judge } from "@rhesis/testkit/bench/judge";
import { profileArgs } from "@rhesis/testkit/bench/profile";
import { compareRounds, withRange } from "@rhesis/testkit/bench/rounds";
import { processorMicros, processorSeconds, startServer, type BenchServer } from "@rhesis/testkit/bench/server";
import { callerFor } from "@rhesis/testkit/caller";
import { startRedis } from "@rhesis/testkit/redis";
import { createOrganization } from "@rhesis/testkit/tenants";
import { Pool } from "undici";

const tests = Number(process.env["BENCH_TESTS"] ?? 10_000);
const rounds = Number(process.env["BENCH_ROUNDS"] ?? 7);
const inFlight = 100;
const latencyMs = 100;

const bench = await openBenchDatabase();
await migrateQueue(bench.owner_url);
const redis = process.env["BENCH_QUEUE"] === "redis" ? await startRedis() : undefined;
const target = fork(fileURLToPath(new URL("target.ts", import.meta.url)), { execArgv: [] });
const port = await new Promise<number>((resolve) => target.once("message", (message) => resolve(Number(message))));
const origin = `http://127.0.0.1:${port}`;
const secret_keys = `bench:${randomBytes(32).toString("base64")}`;
const worker = startWorkerProcess();
const api = await startApi();
const database = createDatabase({ url: bench.app_url, application_name: "bench" });
const organization = await createOrganization(database, "Bench");
const caller = callerFor(database, organization.people.owner);
const { project_id } = organization;
const { token } = await caller.api_token.create({ name: "bench", scopes: [...permissions] });
const test_set_id = await createSet();
const pool = new Pool(origin, { connections: inFlight, pipelining: 1 });
const firstCalls: number[] = [];
const mostAtOnce: number[] = [];
const postmaster = await postmasterOf(bench.admin_url);
const workerCpu: number[] = [];
const databaseCpu: number[] = [];

function startWorkerProcess(): ChildProcess {
  const { PATH } = process.env;
  const env = {
    PATH,
    DATABASE_URL: bench.app_url,
    RHESIS_SECRET_KEYS: secret_keys,
    RHESIS_ALLOW_LOOPBACK_TARGETS: "true",
    LOG_LEVEL: "warn",
    ...(redis && { REDIS_URL: redis.url }),
  };
  const main = fileURLToPath(new URL("../src/main.ts", import.meta.url));
  return fork(main, { env, execArgv: ["--max-semi-space-size=8", ...profileArgs("the worker")] });
}

function startApi(): Promise<BenchServer> {
  const environment = {
    DATABASE_URL: bench.app_url,
    // Not called: API tokens need no login provider.
    OIDC_ISSUER: "https://login.example/",
    AUTH0_AUDIENCE: "bench",
    AUTH0_CLIENT_ID: "bench",
    RHESIS_SECRET_KEYS: secret_keys,
    HOST: "127.0.0.1",
    ...(redis && { REDIS_URL: redis.url }),
  };
  return startServer("apps/api/src/main.ts", environment, "/readyz", "the API");
}

/** A set of all tests, scored by one metric. */
async function createSet(): Promise<string> {
  const { id } = await caller.test_set.create({ project_id, name: "All" });
  const metric = await caller.metric.create({
    name: "Says covered",
    parameters: { implementation: "contains", phrases: ["covered"], mode: "all" },
  });
  await caller.test_set.add_metrics({ id, metric_ids: [metric.id] });
  await asAdmin(
    bench.admin_url,
    `with made as (
       insert into test (organization_id, project_id, name, input)
       select $1, $2, 'Test ' || n, 'question ' || n from generate_series(1, $4::integer) n returning id
     ) insert into test_set_test (organization_id, test_set_id, test_id, position)
       select $1, $3, id, row_number() over (order by id) from made`,
    [organization.id, project_id, id, tests],
  );
  await asAdmin(bench.admin_url, "vacuum (analyze)");
  return id;
}

async function endpointWith(latency: number): Promise<string> {
  const { id } = await caller.endpoint.create({
    project_id,
    name: `At ${latency} ms`,
    max_concurrency: inFlight,
    config: { url: `${origin}/?latency=${latency}`, response_mapping: { output: "$.output" } },
  });
  return id;
}

async function getJson<T>(path: string): Promise<T> {
  const { body } = await pool.request({ path, method: "GET" });
  return (await body.json()) as T;
}

/** Milliseconds for the same calls in a bare loop. */
async function bareLoop(latency: number): Promise<number> {
  const started = performance.now();
  let next = 0;
  const loop = async () => {
    while (next < tests) {
      next += 1;
      const { body } = await pool.request({
        path: `/?latency=${latency}`,
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ input: `question ${next}` }),
      });
      await body.json();
    }
  };
  await Promise.all(Array.from({ length: inFlight }, loop));
  return performance.now() - started;
}

/** Milliseconds from sending the POST that starts the run until it is completed, results stored. */
async function wholeRun(endpoint_id: string): Promise<number> {
  await getJson("/reset");
  const before = { worker: processorMicros(worker.pid ?? 0), database: processorSeconds(postmaster) * 1e6 };
  const started = performance.now();
  const answer = await fetch(`${api.url}/api/v1/test-sets/${test_set_id}/execute`, {
    method: "POST",
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    body: JSON.stringify({ endpoint_id }),
  });
  if (answer.status !== 202) throw new Error(`the run did not start: ${await answer.text()}`);
  const { id } = (await answer.json()) as { id: string };
  const committed = Date.now();
  const ended = await endOf(id);
  const seen = await getJson<{ calls: number; first: number; most: number }>("/count");
  if (seen.calls !== tests) throw new Error(`${seen.calls} calls for ${tests} tests`);
  workerCpu.push((processorMicros(worker.pid ?? 0) - before.worker) / tests);
  databaseCpu.push((processorSeconds(postmaster) * 1e6 - before.database) / tests);
  firstCalls.push(seen.first - committed);
  mostAtOnce.push(seen.most);
  return ended - started;
}

async function endOf(test_run_id: string): Promise<number> {
  for (;;) {
    const run = await database.read(organization.tenant, (tx) =>
      tx
        .selectFrom("test_run")
        .select(["status", "passed", "total"])
        .where("id", "=", test_run_id)
        .executeTakeFirstOrThrow(),
    );
    if (run.status === "completed" && run.passed !== run.total) throw new Error("the counters are wrong");
    if (run.status === "completed") return performance.now();
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

async function postmasterOf(admin_url: string): Promise<number> {
  const [row] = await asAdmin<{ pid: number }>(
    admin_url,
    "select split_part(pg_read_file('postmaster.pid'), chr(10), 1)::integer as pid",
  );
  if (row === undefined) throw new Error("the server has no pid");
  return row.pid;
}

function peakMegabytes(): number {
  const status = readFileSync(`/proc/${worker.pid}/status`, "utf8");
  return Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024;
}

try {
  const [plain, slow] = [await endpointWith(0), await endpointWith(latencyMs)];
  await wholeRun(plain);
  // The first run of a worker loads what it needs.
  firstCalls.length = 0;
  await compareRounds({
    name: `${tests} tests, no latency, ${inFlight} in flight, stored, against a bare undici loop`,
    limit: () => bareLoop(0),
    ours: () => wholeRun(plain),
    unit: "ms",
    better: "smaller",
    goal: 3,
    rounds,
  });
  console.log(`  CPU a test: worker ${withRange(workerCpu)} µs, PostgreSQL ${withRange(databaseCpu)} µs`);
  judge("peak memory of the worker", peakMegabytes(), { at_most: 250, unit: "MB" });
  judge("first call after the answer to the POST, at the latest", Math.max(...firstCalls), {
    at_most: 100,
    unit: "ms",
  });
  judge("calls at once", Math.max(...mostAtOnce), { at_most: inFlight });
  const limit = (tests * latencyMs) / inFlight;
  console.log(`a bare loop of ${tests} calls at ${latencyMs} ms takes ${Math.round(await bareLoop(latencyMs))} ms`);
  await compareRounds({
    name: `${tests} tests, ${latencyMs} ms latency, ${inFlight} in flight, against ${limit} ms`,
    limit: async () => limit,
    ours: () => wholeRun(slow),
    unit: "ms",
    better: "smaller",
    goal: 1.08,
    rounds,
  });
} finally {
  worker.kill("SIGTERM");
  await new Promise((resolve) => worker.once("exit", resolve));
  await api.stop();
  await Promise.all([pool.close(), database.close(), redis?.stop()]);
  target.disconnect();
  await bench.drop();
}
