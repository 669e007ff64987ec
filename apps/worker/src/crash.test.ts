import { fork, type ChildProcess } from "node:child_process";
import { randomBytes } from "node:crypto";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import { useTestDatabase } from "@rhesis/testkit/database";
import { canStartRedis, startRedis, type TestRedis } from "@rhesis/testkit/redis";
import { containsMetric, prepareRun, type PreparedRun } from "@rhesis/testkit/run-fixture";
import { createTenants, type TestOrganization } from "@rhesis/testkit/tenants";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";

const tests = 2_000;
const concurrency = 50;
/** A run of so many tests on a machine that is busy. */
const mostMs = 90_000;
const main = fileURLToPath(new URL("main.ts", import.meta.url));
const secretKeys = `test:${randomBytes(32).toString("base64")}`;

const open = useTestDatabase();
let organization: TestOrganization;
let server: Server;
let calls: { key: string; time: number }[] = [];
let workers: ChildProcess[] = [];

beforeAll(async () => {
  ({ a: organization } = await createTenants(open().database));
  server = createServer((request, response) => {
    calls.push({ key: String(request.headers["idempotency-key"]), time: performance.now() });
    request.resume();
    setTimeout(() => response.end('{"output":"It is covered."}'), 20);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});
beforeEach(() => {
  calls = [];
});
afterEach(async () => {
  await Promise.all(workers.map((worker) => end(worker, "SIGKILL")));
  workers = [];
});

async function end(worker: ChildProcess, signal: NodeJS.Signals): Promise<number | null> {
  if (worker.exitCode !== null || worker.signalCode !== null) return worker.exitCode;
  const ended = new Promise<number | null>((resolve) => worker.once("exit", resolve));
  worker.kill(signal);
  return ended;
}

/** Resolves when the worker says that it takes jobs. */
async function startWorker(redis?: TestRedis): Promise<ChildProcess> {
  const { PATH } = process.env;
  const env = {
    PATH,
    DATABASE_URL: open().app_url,
    RHESIS_SECRET_KEYS: secretKeys,
    RHESIS_ALLOW_LOOPBACK_TARGETS: "true",
    ...(redis && { REDIS_URL: redis.url }),
  };
  const worker = fork(main, { env, execArgv: [], stdio: ["ignore", "pipe", "inherit", "ipc"] });
  workers.push(worker);
  await new Promise<void>((resolve, reject) => {
    worker.once("exit", () => reject(new Error("the worker ended before it was ready")));
    worker.stdout?.on("data", (text: Buffer) => String(text).includes("takes jobs") && resolve());
  });
  return worker;
}

function prepare(count = tests): Promise<PreparedRun> {
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const target = { url, response_mapping: { output: "$.output" }, max_attempts: 1 };
  return prepareRun(open().database, organization, {
    target,
    tests: count,
    concurrency,
    metrics: [containsMetric("covered")],
  });
}

const called = (count: number) =>
  vi.waitFor(() => expect(calls.length).toBeGreaterThanOrEqual(count), { timeout: 20_000, interval: 5 });

async function runRow(run: PreparedRun): Promise<Record<string, unknown>> {
  const [row] = await open().admin("select * from test_run where id = $1", [run.test_run_id]);
  return row ?? {};
}

const ended = (run: PreparedRun) =>
  vi.waitFor(async () => expect((await runRow(run))["status"]).toBe("completed"), { timeout: mostMs, interval: 50 });

/** Somewhere in the middle, another place each time. */
const middle = (): number => 200 + Math.floor(Math.random() * 1_000);

/** Exactly one result per test, counters that are the rows, and no more calls repeated than can have been under way. */
async function expectWhole(run: PreparedRun, crashes: number): Promise<void> {
  await ended(run);
  expect(await runRow(run)).toMatchObject({ status: "completed", total: tests, passed: tests, errored: 0 });
  const [counts] = await open().admin<{ results: number; done: number; scores: number }>(
    `select count(*)::integer as results, (count(*) filter (where status = 'completed' and verdict = 'pass'))::integer as done,
       (select count(*) from score where test_run_id = $1)::integer as scores
     from test_result where test_run_id = $1`,
    [run.test_run_id],
  );
  expect(counts).toEqual({ results: tests, done: tests, scores: tests });
  expect(new Set(calls.map((call) => call.key)).size).toBe(tests);
  expect(calls.length - tests).toBeLessThanOrEqual(crashes * concurrency);
  await vi.waitFor(
    async () => {
      const [job] = await open().admin<{ status: string }>("select status from job where id = $1", [run.job_id]);
      expect(job?.status).toBe("completed");
    },
    { timeout: 10_000 },
  );
}

/** Kills the worker in the middle, starts another, and says how long that one took to make its first call. */
async function crash(worker: ChildProcess, redis?: TestRedis): Promise<number> {
  await end(worker, "SIGKILL");
  const before = calls.length;
  await startWorker(redis);
  const ready = performance.now();
  await called(before + 1);
  return performance.now() - ready;
}

function crashTests(redis: () => TestRedis | undefined): void {
  test("a killed worker's run is resumed within 5 s, with one result per test", async () => {
    const first = await startWorker(redis());
    const run = await prepare();
    await called(middle());
    expect(await crash(first, redis())).toBeLessThan(5_000);
    await expectWhole(run, 1);
  });

  test("of two workers one stands by, and goes on when the other is killed", async () => {
    const first = await startWorker(redis());
    const run = await prepare();
    await called(100);
    await Promise.all([startWorker(redis()), called(300)]);
    await end(first, "SIGKILL");
    const killed = performance.now();
    await ended(run);
    const gap = calls.map((call) => call.time).filter((time) => time > killed)[0] ?? killed;
    expect(gap - killed).toBeLessThan(5_000);
    await expectWhole(run, 1);
  });

  test("a stopped worker gives its run back at once, and no call is repeated", async () => {
    const first = await startWorker(redis());
    const run = await prepare();
    await called(100);
    await startWorker(redis());
    const code = await end(first, "SIGTERM");
    expect(code).toBe(0);
    await expectWhole(run, 0);
  });
}

describe("with the queue on PostgreSQL", { timeout: mostMs }, () => {
  crashTests(() => undefined);
});

describe.runIf(canStartRedis())("with the queue on Redis", { timeout: mostMs }, () => {
  let redis: TestRedis | undefined;
  beforeAll(async () => {
    redis = await startRedis();
  });
  afterAll(async () => {
    await redis?.stop();
  });

  crashTests(() => redis);

  /** A run that is started now makes its first call soon, and is asked as often as it has tests. */
  async function expectNextRun(): Promise<void> {
    const count = 40;
    calls = [];
    const run = await prepare(count);
    const committed = performance.now();
    await called(1);
    expect(performance.now() - committed).toBeLessThan(5_000);
    await ended(run);
    expect(await runRow(run)).toMatchObject({ total: count, passed: count });
    expect(calls).toHaveLength(count);
  }

  test("everything deleted in Redis costs a living worker nothing, and the next run begins within 5 s", async () => {
    await startWorker(redis);
    const run = await prepare();
    await called(middle());
    await redis?.flushAll();
    await expectWhole(run, 0);
    await expectNextRun();
    await redis?.flushAll();
    await expectNextRun();
  });

  test("a Redis killed and back costs a living worker nothing, and the next run begins within 5 s", async () => {
    await startWorker(redis);
    const run = await prepare();
    await called(middle());
    await redis?.kill();
    await called(calls.length + concurrency);
    await redis?.restart();
    await expectWhole(run, 0);
    await expectNextRun();
  });

  test("a killed, emptied Redis costs nothing, also when the worker dies with it", async () => {
    const first = await startWorker(redis);
    const run = await prepare();
    await called(middle());
    await redis?.kill();
    const waiting = await prepareSmall();
    await redis?.restart();
    await redis?.flushAll();
    expect(await crash(first, redis)).toBeLessThan(5_000);
    await expectWhole(run, 1);
    await ended(waiting);
  });
});

/** A run that is committed while the queue is away. It calls another path, which the counts leave out. */
function prepareSmall(): Promise<PreparedRun> {
  const target = { url: "http://127.0.0.1:1/", max_attempts: 1 };
  return prepareRun(open().database, organization, { target, tests: 2 });
}
