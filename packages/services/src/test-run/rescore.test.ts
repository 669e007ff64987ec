import { randomBytes, randomUUID } from "node:crypto";
import { createSecretBox } from "@rhesis/auth/sealed-secret";
import type { MetricParameters } from "@rhesis/engine/metric/schema";
import { createTargetClient, type TargetClient } from "@rhesis/engine/target/target-client";
import { useTestDatabase } from "@rhesis/testkit/database";
import { startEndpointZoo, type EndpointZoo } from "@rhesis/testkit/endpoint-zoo";
import { containsMetric, prepareRun, type PreparedRun } from "@rhesis/testkit/run-fixture";
import { createTenants, type TestOrganization } from "@rhesis/testkit/tenants";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { executeRescore } from "./execute-rescore.ts";
import { executeTestRun } from "./execute.ts";
import { rescoreTestRun } from "./rescore.ts";

const open = useTestDatabase();
const secrets = createSecretBox({ current: "k", keys: { k: randomBytes(32) } });
const policy = { allow_loopback: true, allow_private: [] };
const log = { info: () => undefined, warn: () => undefined };
const never = new AbortController().signal;
let zoo: EndpointZoo;
let target: TargetClient;
let a: TestOrganization;
let b: TestOrganization;

beforeAll(async () => {
  zoo = await startEndpointZoo();
  target = createTargetClient({ policy });
  ({ a, b } = await createTenants(open().database));
});
beforeEach(() => zoo.clear());
afterAll(async () => {
  await Promise.all([zoo.close(), target.close()]);
});

const tools = () => ({ database: open().database, secrets, policy, log, grace_ms: 50 });
const answered = async (path: string, tests: number): Promise<PreparedRun> => {
  const run = await prepareRun(open().database, a, {
    target: { url: `${zoo.url}${path}`, response_mapping: null, max_attempts: 1 },
    tests,
    metrics: [containsMetric("question 1")],
  });
  await executeTestRun({ ...tools(), target }, { tenant: a.tenant, ...run, lease: never, stop: never });
  return run;
};

async function metric(phrase: string, organization = a): Promise<string> {
  const parameters: MetricParameters = {
    implementation: "contains",
    phrases: [phrase],
    mode: "all",
    ignore_case: true,
  };
  const [row] = await open().admin<{ id: string }>(
    "insert into metric (organization_id, name, implementation, parameters) values ($1, $2, 'contains', $3) returning id",
    [organization.id, `Says ${phrase} ${randomUUID()}`, JSON.stringify(parameters)],
  );
  return row?.id ?? "";
}

const rescore = (id: string, metric_ids: string[]) =>
  open().database.write(a.tenant, (tx) => rescoreTestRun(tx, { id, metric_ids, may_judge: true }));
type RunRow = Record<"status" | "kind" | "source_run_id" | "job_id", string> &
  Record<"total" | "passed" | "failed" | "errored", number>;
const runRow = async (id: string): Promise<RunRow> => {
  const [row] = await open().admin<RunRow>("select * from test_run where id = $1", [id]);
  if (row === undefined) throw new Error("the run is gone");
  return row;
};
const work = async (test_run_id: string) =>
  executeRescore(tools(), {
    tenant: a.tenant,
    test_run_id,
    job_id: (await runRow(test_run_id)).job_id,
    lease: never,
    stop: never,
  });
const outputs = (id: string) =>
  open().admin(
    "select test_id, repeat, input, output, answer, request, response, latency_ms from test_result where test_run_id = $1 order by test_id",
    [id],
  );

test("scores what was answered with other metrics, and calls nobody", async () => {
  const run = await answered("/echo", 30);
  const before = await runRow(run.test_run_id);
  zoo.clear();
  const id = await rescore(run.test_run_id, [await metric("question 3")]);
  expect(await runRow(id)).toMatchObject({ kind: "rescore", source_run_id: run.test_run_id, total: 30 });
  expect(await work(id)).toEqual({ status: "completed" });
  expect(zoo.calls()).toBe(0);
  const after = await runRow(id);
  // 3 and 30.
  expect(after).toMatchObject({ status: "completed", passed: 2, failed: 28 });
  expect(after.passed).not.toBe(before.passed);
  expect(await outputs(id)).toEqual(await outputs(run.test_run_id));
  expect(await runRow(run.test_run_id)).toEqual(before);
});

test("what was an error stays that error", async () => {
  const run = await answered("/500", 3);
  const id = await rescore(run.test_run_id, [await metric("x")]);
  await work(id);
  expect(await runRow(id)).toMatchObject({ errored: 3, passed: 0 });
  const [result] = await open().admin("select error_code from test_result where test_run_id = $1", [id]);
  expect(result).toEqual({ error_code: "http_error" });
});

test("scoring a second time goes back to the run that was answered", async () => {
  const run = await answered("/echo", 2);
  const first = await rescore(run.test_run_id, [await metric("question")]);
  await work(first);
  const second = await rescore(first, [await metric("nobody says this")]);
  expect(await runRow(second)).toMatchObject({ source_run_id: run.test_run_id });
  await work(second);
  expect(await runRow(second)).toMatchObject({ passed: 0, failed: 2 });
});

test("answers that were deleted for good are errors that say so", async () => {
  const run = await answered("/echo", 2);
  const id = await rescore(run.test_run_id, [await metric("x")]);
  await open().admin("delete from score where test_run_id = $1", [run.test_run_id]);
  await open().admin("delete from test_result where test_run_id = $1", [run.test_run_id]);
  await work(id);
  const [result] = await open().admin<{ error_message: string }>(
    "select error_message from test_result where test_run_id = $1",
    [id],
  );
  expect(result?.error_message).toContain("deleted for good");
});

test("refuses what cannot be scored", async () => {
  const live = await prepareRun(open().database, a, { target: { url: zoo.url }, tests: 1 });
  await expect(rescore(live.test_run_id, [])).rejects.toMatchObject({ code: "conflict" });
  const run = await answered("/echo", 1);
  await expect(rescore(run.test_run_id, [await metric("theirs", b)])).rejects.toMatchObject({ code: "invalid" });
  await expect(rescore(run.test_run_id, [])).rejects.toThrow(/no metric to score them/);
  await expect(rescore(randomUUID(), [])).rejects.toMatchObject({ code: "not_found" });
});
