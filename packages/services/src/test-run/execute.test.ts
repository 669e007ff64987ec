import { randomBytes, randomUUID } from "node:crypto";
import { createSecretBox } from "@rhesis/auth/sealed-secret";
import { claimResults, takeRun } from "@rhesis/db/queries/run-execution";
import { createTargetClient, type TargetClient } from "@rhesis/engine/target/target-client";
import { useTestDatabase } from "@rhesis/testkit/database";
import { startEndpointZoo, type EndpointZoo } from "@rhesis/testkit/endpoint-zoo";
import { startOpenAiFake } from "@rhesis/testkit/openai-fake";
import {
  containsMetric,
  jsonValidMetric,
  prepareRun,
  type PreparedRun,
  type RunFixture,
} from "@rhesis/testkit/run-fixture";
import { createTenants, type TestOrganization } from "@rhesis/testkit/tenants";
import { afterAll, beforeAll, beforeEach, expect, test, vi } from "vitest";
import type { ExecutionEnd } from "./execute-types.ts";
import { executeTestRun, type CallingTools } from "./execute.ts";

const open = useTestDatabase();
const secrets = createSecretBox({ current: "k", keys: { k: randomBytes(32) } });
const policy = { allow_loopback: true, allow_private: [] };
let zoo: EndpointZoo;
let target: TargetClient;
let a: TestOrganization;

beforeAll(async () => {
  zoo = await startEndpointZoo();
  target = createTargetClient({ policy });
  ({ a } = await createTenants(open().database));
});
beforeEach(() => zoo.clear());
afterAll(async () => {
  await Promise.all([zoo.close(), target.close()]);
});

const prepare = (run: Omit<RunFixture, "target"> & { path: string; target?: object }): Promise<PreparedRun> => {
  const { path, target: changes, ...rest } = run;
  const plain = { url: `${zoo.url}${path}`, response_mapping: null, max_attempts: 1, timeout_ms: 5_000, ...changes };
  return prepareRun(open().database, a, { ...rest, target: plain });
};

type Signals = { lease?: AbortSignal; stop?: AbortSignal };
const execute = (
  run: PreparedRun,
  signals: Signals = {},
  changes: Partial<CallingTools> = {},
): Promise<ExecutionEnd> => {
  const log = { info: () => undefined, warn: () => undefined };
  const tools = { database: open().database, secrets, target, policy, log, grace_ms: 50, ...changes };
  const { test_run_id, job_id } = run;
  const never = new AbortController().signal;
  return executeTestRun(tools, { tenant: a.tenant, test_run_id, job_id, lease: never, stop: never, ...signals });
};

const called = (count: number) =>
  vi.waitFor(() => expect(zoo.calls()).toBeGreaterThanOrEqual(count), { timeout: 20_000, interval: 5 });

type RunRow = Record<"status" | "error", string> &
  Record<"total" | "passed" | "failed" | "inconclusive" | "errored", number>;
const runRow = async ({ test_run_id }: PreparedRun): Promise<RunRow> => {
  const [row] = await open().admin<RunRow>("select * from test_run where id = $1", [test_run_id]);
  if (row === undefined) throw new Error("the run is gone");
  return row;
};
type ResultRow = {
  status: string;
  verdict: string;
  output: string;
  error_code: string;
  error_message: string;
  claims: number;
};
const resultRows = ({ test_run_id }: PreparedRun): Promise<ResultRow[]> =>
  open().admin("select * from test_result where test_run_id = $1 order by id", [test_run_id]);
/** What must hold of every run that ended: the counters are the rows, and nothing is open. */
const expectConsistent = async (run: PreparedRun): Promise<void> => {
  const [row, results] = await Promise.all([runRow(run), resultRows(run)]);
  const counted = (verdict: string) => results.filter((result) => result.verdict === verdict).length;
  expect(row).toMatchObject({
    passed: counted("pass"),
    failed: counted("fail"),
    inconclusive: counted("inconclusive"),
    errored: counted("error"),
    total: results.length,
  });
  expect(results.filter((result) => result.status === "pending")).toEqual([]);
};

test("calls once per test, scores, and ends the run with its last result", async () => {
  const run = await prepare({
    path: "/echo",
    tests: 250,
    concurrency: 20,
    metrics: [containsMetric("question 7"), jsonValidMetric()],
  });
  expect(await execute(run)).toEqual({ status: "completed" });
  expect(await runRow(run)).toMatchObject({ status: "completed", total: 250, errored: 0 });
  await expectConsistent(run);
  const keys = new Set(zoo.log().map((call) => call.idempotency_key));
  expect(zoo.calls()).toBe(250);
  expect(keys.size).toBe(250);
  expect([...keys].every((key) => new RegExp(`^${run.test_run_id}/[0-9a-f-]{36}/1$`).test(key ?? ""))).toBe(true);
  const [scores] = await open().admin<{ scores: string }>(
    "select count(*) as scores from score where test_run_id = $1",
    [run.test_run_id],
  );
  expect(Number(scores?.scores)).toBe(500);
});

test("is done at once with a run that has ended, and makes no call", async () => {
  const run = await prepare({ path: "/echo", tests: 3 });
  await execute(run);
  zoo.clear();
  expect(await execute(run)).toEqual({ status: "completed" });
  expect(zoo.calls()).toBe(0);
});

test("ends a run without tests", async () => {
  const run = await prepare({ path: "/echo", tests: 0 });
  expect(await execute(run)).toEqual({ status: "completed" });
  expect(await runRow(run)).toMatchObject({ status: "completed" });
});

test.each([
  ["/500", "http_error"],
  ["/close", "connection_closed"],
  ["/hang", "timeout"],
  ["/empty", "empty_answer"],
  ["/html", "not_json"],
  ["/invalid-json", "not_json"],
  ["/big", "too_large"],
  ["/429?times=99&after=1", "rate_limited"],
])("gives %s a clear error, and the run ends", async (path, code) => {
  const response_mapping = path === "/empty" ? null : { output: "$.output" };
  const timeout_ms = path === "/hang" ? 200 : 10_000;
  const run = await prepare({ path, tests: 3, target: { timeout_ms, response_mapping }, metrics: [jsonValidMetric()] });
  expect(await execute(run)).toEqual({ status: "completed" });
  for (const result of await resultRows(run)) {
    expect(result).toMatchObject({ verdict: "error", error_code: code });
    expect(result.error_message.length).toBeGreaterThan(10);
  }
  await expectConsistent(run);
  expect(await open().admin("select from score where test_run_id = $1", [run.test_run_id])).toEqual([]);
});

test("replaces what the database refuses in texts", async () => {
  const run = await prepare({ path: "/nul", tests: 1, target: { response_mapping: { output: "$.output" } } });
  expect(await execute(run)).toEqual({ status: "completed" });
  const [result] = await resultRows(run);
  expect(result?.output).toBe("a\ufffdb\ufffdc");
});

test("without a metric an answer is inconclusive", async () => {
  const run = await prepare({ path: "/echo", tests: 2 });
  await execute(run);
  expect(await runRow(run)).toMatchObject({ inconclusive: 2 });
});

test("keeps to the smaller of the run's and the endpoint's limit", async () => {
  const run = await prepare({ path: "/slow?ms=40", tests: 30, concurrency: 20, max_concurrency: 3 });
  let now = 0;
  let most = 0;
  const counting: TargetClient = {
    ...target,
    call: async (...args) => {
      most = Math.max(most, ++now);
      return target.call(...args).finally(() => (now -= 1));
    },
  };
  expect(await execute(run, {}, { target: counting })).toEqual({ status: "completed" });
  expect(most).toBe(3);
});

test("divides an endpoint's limit between the runs that are alive", async () => {
  const first = await prepare({ path: "/slow?ms=20", tests: 8, concurrency: 20, max_concurrency: 4 });
  const second = await prepare({ path: "/slow?ms=20", tests: 8, concurrency: 20, endpoint_id: first.endpoint_id });
  await open().admin("update job set status = 'running', lease_until = now() + interval '1 hour' where id = any($1)", [
    [first.job_id, second.job_id],
  ]);
  await open().admin("update test_run set status = 'running' where id = any($1)", [
    [first.test_run_id, second.test_run_id],
  ]);
  let now = 0;
  let most = 0;
  const counting: TargetClient = {
    ...target,
    call: async (...args) => {
      most = Math.max(most, ++now);
      return target.call(...args).finally(() => (now -= 1));
    },
  };
  await execute(first, {}, { target: counting });
  expect(most).toBe(2);
});

test("a cancel ends calls under way and leaves the rest uncalled", async () => {
  const run = await prepare({ path: "/hang", tests: 20, concurrency: 5, target: { timeout_ms: 60_000 } });
  const executing = execute(run);
  await called(5);
  const asked = performance.now();
  await open().admin("update test_run set cancel_requested_at = now() where id = $1", [run.test_run_id]);
  expect(await executing).toEqual({ status: "cancelled" });
  expect(performance.now() - asked).toBeLessThan(1_500);
  expect(await runRow(run)).toMatchObject({ status: "cancelled" });
  expect((await resultRows(run)).every((result) => result.status === "cancelled" && result.verdict === null)).toBe(
    true,
  );
  expect(zoo.calls()).toBe(5);
});

test("a run that was cancelled before it began makes no call", async () => {
  const run = await prepare({ path: "/echo", tests: 2 });
  await open().admin("update test_run set cancel_requested_at = now() where id = $1", [run.test_run_id]);
  expect(await execute(run)).toEqual({ status: "cancelled" });
  expect(zoo.calls()).toBe(0);
});

test("who takes a run over finishes it, and who had it before writes nothing more", async () => {
  const run = await prepare({ path: "/slow?ms=700", tests: 12, concurrency: 4, metrics: [jsonValidMetric()] });
  const first = execute(run);
  await called(4);
  const second = execute(run);
  expect(await first).toEqual({ status: "lost" });
  expect(await second).toEqual({ status: "completed" });
  await expectConsistent(run);
  expect(zoo.calls()).toBeLessThanOrEqual(12 + 4);
});

test("goes on after all connections to the database were cut", async () => {
  const run = await prepare({ path: "/slow?ms=20", tests: 150, concurrency: 5, metrics: [jsonValidMetric()] });
  const executing = execute(run);
  for (const count of [20, 60, 100]) {
    await called(count);
    await open().admin(
      "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and usename = 'rhesis_app'",
    );
  }
  expect(await executing).toEqual({ status: "completed" });
  expect(zoo.calls()).toBe(150);
  await expectConsistent(run);
});

test("a lost lease ends calls at once and stores nothing", async () => {
  const run = await prepare({ path: "/hang", tests: 6, concurrency: 2, target: { timeout_ms: 60_000 } });
  const lease = new AbortController();
  const executing = execute(run, { lease: lease.signal });
  await called(2);
  lease.abort();
  expect(await executing).toEqual({ status: "lost" });
  expect((await resultRows(run)).some((result) => result.status === "completed")).toBe(false);
});

test("what a dead worker had begun counts one claim more, and nothing else does", async () => {
  const run = await prepare({ path: "/hang", tests: 12, concurrency: 2, target: { timeout_ms: 60_000 } });
  const lease = new AbortController();
  const executing = execute(run, { lease: lease.signal });
  await called(2);
  lease.abort();
  await executing;
  const { test_run_id, job_id } = run;
  const taken = await open().database.write(a.tenant, (tx) =>
    takeRun(tx, { test_run_id, lease_token: randomUUID() }, { job_id, suspect_claims: 3 }),
  );
  expect(taken).toMatchObject({ open: 12, wish: "go" });
  const claims = (await resultRows(run)).map((result) => result.claims);
  const begun = claims.filter((count) => count === 1).length;
  expect(begun).toBeGreaterThanOrEqual(2);
  expect(begun).toBeLessThanOrEqual(6);
  expect(claims).toEqual([...Array<number>(begun).fill(1), ...Array<number>(12 - begun).fill(0)]);
});

test("a suspect whose claim was asked for twice counts one claim more, and who waits for its turn none", async () => {
  const run = await prepare({ path: "/echo", tests: 3 });
  const { test_run_id, job_id } = run;
  await open().admin("update test_result set claims = 3 where test_run_id = $1", [test_run_id]);
  const take = (lease_token: string) =>
    open().database.write(a.tenant, (tx) => takeRun(tx, { test_run_id, lease_token }, { job_id, suspect_claims: 3 }));
  const lease_token = randomUUID();
  await take(lease_token);
  const claim = { limit: 1, after: "00000000-0000-0000-0000-000000000000", min_claims: 3, max_claims: 5 };
  const ask = () =>
    open().database.writeAtOnce(a.tenant, (tx) => claimResults(tx, { test_run_id, lease_token }, claim));
  const [first] = await ask();
  const after = { ...claim, after: first?.id ?? "" };
  await open().database.writeAtOnce(a.tenant, (tx) => claimResults(tx, { test_run_id, lease_token }, after));
  await open().database.writeAtOnce(a.tenant, (tx) => claimResults(tx, { test_run_id, lease_token }, after));
  await take(randomUUID());
  expect((await resultRows(run)).map((result) => result.claims)).toEqual([3, 4, 3]);
});

test("the counters move while the run goes on, and never ahead of the rows", async () => {
  const run = await prepare({ path: "/slow?ms=60", tests: 40, concurrency: 2, metrics: [jsonValidMetric()] });
  const executing = execute(run);
  await vi.waitFor(
    async () => {
      const { passed } = await runRow(run);
      expect(passed).toBeGreaterThan(0);
      const done = (await resultRows(run)).filter((result) => result.status === "completed").length;
      expect(passed).toBeLessThanOrEqual(done);
      expect(passed).toBeLessThan(40);
    },
    { timeout: 5_000, interval: 20 },
  );
  expect(await executing).toEqual({ status: "completed" });
  await expectConsistent(run);
});

test("a stopping process gives back what it began, as if it had not", async () => {
  const run = await prepare({ path: "/hang", tests: 10, concurrency: 3, target: { timeout_ms: 60_000 } });
  const stop = new AbortController();
  const executing = execute(run, { stop: stop.signal });
  await called(3);
  stop.abort();
  expect(await executing).toEqual({ status: "released", delay_ms: 0 });
  for (const result of await resultRows(run)) expect(result).toMatchObject({ status: "pending", claims: 0 });
});

test("a stopping process lets calls under way end and keeps their results", async () => {
  const run = await prepare({ path: "/slow?ms=150", tests: 10, concurrency: 3 });
  const stop = new AbortController();
  const executing = execute(run, { stop: stop.signal }, { grace_ms: 5_000 });
  await called(3);
  stop.abort();
  expect(await executing).toEqual({ status: "released", delay_ms: 0 });
  expect((await resultRows(run)).filter((result) => result.status === "completed")).toHaveLength(3);
  expect(await execute(run)).toEqual({ status: "completed" });
  expect(zoo.calls()).toBe(10);
  await expectConsistent(run);
});

test("what was begun too often runs alone, and then is an error; the others finish", async () => {
  const run = await prepare({ path: "/slow?ms=20", tests: 12, concurrency: 6, metrics: [jsonValidMetric()] });
  const ids = await open().admin<{ id: string }>("select id from test_result where test_run_id = $1 order by id", [
    run.test_run_id,
  ]);
  const claim = (index: number, claims: number) =>
    open().admin("update test_result set claims = $2 where id = $1", [ids[index]?.id, claims]);
  await Promise.all([claim(0, 5), claim(1, 3), claim(2, 4), claim(3, 2)]);
  const aside: number[] = [];
  let now = 0;
  const watching: TargetClient = {
    ...target,
    call: async (...args) => {
      now += 1;
      if (["question 2", "question 3"].includes(args[2].input)) aside.push(now);
      return target.call(...args).finally(() => (now -= 1));
    },
  };
  expect(await execute(run, {}, { target: watching })).toEqual({ status: "completed" });
  expect(aside).toEqual([1, 1]);
  const results = await resultRows(run);
  expect(results[0]).toMatchObject({ verdict: "error", error_code: "attempts_exhausted" });
  expect(results[0]?.error_message).toContain("5 times");
  expect(results.slice(1).every((result) => result.error_code === null)).toBe(true);
  expect(zoo.calls()).toBe(11);
  await expectConsistent(run);
});

test("sends the endpoint's secret, and not after its address changed", async () => {
  const auth_secret = "sesame-open-123";
  const target = { auth: { type: "bearer" } };
  const run = await prepare({ path: "/echo", tests: 1, target });
  const place = { organization_id: a.id, table: "endpoint", column: "auth_secret", row_id: run.endpoint_id };
  const keep = (sealed: string) =>
    open().admin("update endpoint set auth_secret = $2 where id = $1", [run.endpoint_id, sealed]);
  await keep(secrets.seal(auth_secret, place));
  await execute(run);
  expect(zoo.log()[0]?.headers["authorization"]).toBe(`Bearer ${auth_secret}`);
  zoo.clear();

  const moved = await prepare({ path: "/echo", tests: 1, endpoint_id: run.endpoint_id, target });
  await open().admin(
    "update endpoint set config = jsonb_set(config, '{url}', '\"https://elsewhere.example/\"') where id = $1",
    [run.endpoint_id],
  );
  expect(await execute(moved)).toEqual({ status: "completed" });
  expect(zoo.calls()).toBe(0);
  const [result] = await resultRows(moved);
  expect(result).toMatchObject({ verdict: "error", error_code: "auth_failed" });
  expect(result?.error_message).toContain("changed since this run started");
});

test("judges with the plan's model, and keeps what it used", async () => {
  const fake = await startOpenAiFake();
  const [model] = await open().admin<{ id: string }>(
    "insert into model (organization_id, name, provider, model_name, base_url) values ($1, 'Judge', 'openai_compatible', 'right', $2) returning id",
    [a.id, fake.url],
  );
  const config = {
    provider: "openai_compatible",
    model_name: "right",
    base_url: fake.url,
    headers: {},
    input_price: 1,
    output_price: 2,
  } as const;
  const judge = {
    ...jsonValidMetric(),
    parameters: {
      implementation: "judge_categorical",
      evaluation_prompt: "Is it right?",
      evaluation_steps: null,
      evaluation_examples: null,
      categories: ["right", "wrong"],
      passing_categories: ["right"],
      ground_truth_required: false,
      context_required: false,
    },
  } as const;
  const parameters = { ...judge.parameters, categories: ["right", "wrong"], passing_categories: ["right"] };
  const run = await prepare({
    path: "/echo",
    tests: 4,
    metrics: [{ ...judge, parameters }],
    models: [{ id: model?.id ?? "", name: "Judge", config }],
  });
  expect(await execute(run)).toEqual({ status: "completed" });
  expect(await runRow(run)).toMatchObject({ passed: 4, input_tokens: "480", output_tokens: "120" });
  await expectConsistent(run);
  await fake.close();
});
