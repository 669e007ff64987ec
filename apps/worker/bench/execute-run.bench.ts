/** Executing a run of 10,000 tests from its writing to `completed`, against a bare loop of the same calls with undici. */
import { fork, type ChildProcess } from "node:child_process";
import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { createDatabase } from "@rhesis/db/database";
import { migrateQueue } from "@rhesis/jobs/migrate-queue";
import { asAdmin, openBenchDatabase } from "@rhesis/testkit/bench/database";
import { compareRounds, median } from "@rhesis/testkit/bench/rounds";
import { startRedis } from "@rhesis/testkit/redis";
import { containsMetric, prepareRun } from "@rhesis/testkit/run-fixture";
import { createOrganization } from "@rhesis/testkit/tenants";
import { Pool } from "undici";

const tests = Number(process.env["BENCH_TESTS"] ?? 10_000);
const rounds = Number(process.env["BENCH_ROUNDS"] ?? 7);
const inFlight = 100;
const latencyMs = 100;

const bench = await openBenchDatabase();
await migrateQueue(bench.owner_url);
const redis = process.env["BENCH_QUEUE"] === "redis" ? await startRedis() : undefined;
const target = fork(fileURLToPath(new URL("target.ts", import.meta.url)));
const port = await new Promise<number>((resolve) => target.once("message", (message) => resolve(Number(message))));
const origin = `http://127.0.0.1:${port}`;
const worker = startWorkerProcess();
const database = createDatabase({ url: bench.app_url, application_name: "bench" });
const organization = await createOrganization(database, "Bench");
const pool = new Pool(origin, { connections: inFlight, pipelining: 1 });
const firstCalls: number[] = [];
const mostAtOnce: number[] = [];

function startWorkerProcess(): ChildProcess {
  const { PATH } = process.env;
  const env = {
    PATH,
    DATABASE_URL: bench.app_url,
    RHESIS_SECRET_KEYS: `bench:${randomBytes(32).toString("base64")}`,
    RHESIS_ALLOW_LOOPBACK_TARGETS: "true",
    LOG_LEVEL: "warn",
    ...(redis && { REDIS_URL: redis.url }),
  };
  const main = fileURLToPath(new URL("../src/main.ts", import.meta.url));
  return fork(main, { env, execArgv: ["--max-semi-space-size=2"] });
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

/** Milliseconds from the beginning of the transaction that writes the run until it is completed, results stored. */
async function wholeRun(latency: number): Promise<number> {
  await getJson("/reset");
  const started = performance.now();
  const { test_run_id } = await prepareRun(database, organization, {
    target: { url: `${origin}/?latency=${latency}` },
    tests,
    concurrency: inFlight,
    metrics: [containsMetric("covered")],
  });
  const committed = Date.now();
  const ended = await endOf(test_run_id);
  const seen = await getJson<{ calls: number; first: number; most: number }>("/count");
  if (seen.calls !== tests) throw new Error(`${seen.calls} calls for ${tests} tests`);
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

function peakMegabytes(): number {
  const status = readFileSync(`/proc/${worker.pid}/status`, "utf8");
  return Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024;
}

try {
  await wholeRun(0);
  await compareRounds({
    name: `${tests} tests, no latency, ${inFlight} in flight, stored, against a bare undici loop`,
    limit: () => bareLoop(0),
    ours: () => wholeRun(0),
    unit: "ms",
    better: "smaller",
    goal: 3,
    rounds,
  });
  console.log(`  peak memory of the worker ${peakMegabytes().toFixed(0)} MB, asked ≤ 250`);
  console.log(
    `  first call after the commit ${median(firstCalls)} ms, asked ≤ 100; at most ${Math.max(...mostAtOnce)} calls at once`,
  );
  const limit = (tests * latencyMs) / inFlight;
  await compareRounds({
    name: `${tests} tests, ${latencyMs} ms latency, ${inFlight} in flight, against ${limit} ms`,
    limit: async () => limit,
    ours: () => wholeRun(latencyMs),
    unit: "ms",
    better: "smaller",
    goal: 1.08,
    rounds: Math.min(rounds, 3),
  });
  const [sizes] = await asAdmin<{ mb: number }>(
    bench.admin_url,
    "select pg_total_relation_size('test_result') / 1048576 as mb",
  );
  console.log(`  test_result takes ${sizes?.mb} MB`);
} finally {
  worker.kill("SIGTERM");
  await new Promise((resolve) => worker.once("exit", resolve));
  await Promise.all([pool.close(), database.close(), redis?.stop()]);
  target.disconnect();
  await bench.drop();
}
