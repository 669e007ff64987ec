import { randomBytes } from "node:crypto";
import { createSecretBox } from "@rhesis/auth/sealed-secret";
import { createTargetClient, type TargetClient } from "@rhesis/engine/target/target-client";
import { useTestDatabase } from "@rhesis/testkit/database";
import { startEndpointZoo, type EndpointZoo } from "@rhesis/testkit/endpoint-zoo";
import { prepareRun, type PreparedRun } from "@rhesis/testkit/run-fixture";
import { createTenants, type TestOrganization } from "@rhesis/testkit/tenants";
import { afterAll, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { cancelTestRun } from "./cancel.ts";
import { executeTestRun } from "./execute.ts";
import { pauseTestRun, resumeTestRun } from "./pause.ts";

const open = useTestDatabase();
const secrets = createSecretBox({ current: "k", keys: { k: randomBytes(32) } });
const policy = { allow_loopback: true, allow_private: [] };
const log = { info: () => undefined, warn: () => undefined };
const never = new AbortController().signal;
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

const prepare = (tests: number): Promise<PreparedRun> => {
  const slow = { url: `${zoo.url}/slow?ms=150`, response_mapping: null, max_attempts: 1 };
  return prepareRun(open().database, a, { target: slow, tests, concurrency: 3 });
};
const pause = ({ test_run_id: id }: PreparedRun, reason: string | null = null) =>
  open().database.write(a.tenant, (tx) => pauseTestRun(tx, { id, reason }));
const resume = ({ test_run_id: id }: PreparedRun) => open().database.write(a.tenant, (tx) => resumeTestRun(tx, id));

type RunRow = { status: string; job_id: string; passed: number; inconclusive: number; total: number } & Record<
  "pause_requested_at" | "pause_reason",
  unknown
>;
const runRow = async ({ test_run_id }: PreparedRun): Promise<RunRow> => {
  const [row] = await open().admin<RunRow>("select * from test_run where id = $1", [test_run_id]);
  if (row === undefined) throw new Error("the run is gone");
  return row;
};
const execute = async (run: PreparedRun) => {
  const { job_id } = await runRow(run);
  const tools = { database: open().database, secrets, target, policy, log, grace_ms: 50 };
  return executeTestRun(tools, { tenant: a.tenant, ...run, job_id, lease: never, stop: never });
};
const called = (count: number) =>
  vi.waitFor(() => expect(zoo.calls()).toBeGreaterThanOrEqual(count), { timeout: 20_000, interval: 5 });
const jobStatus = async (id: string) =>
  (await open().admin<{ status: string }>("select status from job where id = $1", [id]))[0]?.status;

test("a run at work lets its calls end, keeps their results, and rests", async () => {
  const run = await prepare(40);
  const executing = execute(run);
  await called(3);
  await pause(run, "The target is being deployed.");
  expect(await executing).toEqual({ status: "paused" });
  const calls = zoo.calls();
  const row = await runRow(run);
  expect(row).toMatchObject({ status: "paused", pause_reason: "The target is being deployed." });
  expect(calls).toBeLessThan(40);
  const [stored] = await open().admin<{ stored: number; claims: number }>(
    "select count(*) filter (where status = 'completed')::integer as stored, sum(claims)::integer as claims from test_result where test_run_id = $1",
    [run.test_run_id],
  );
  expect(stored).toEqual({ stored: calls, claims: 0 });
  expect(row.passed + row.inconclusive).toBe(calls);

  await resume(run);
  const resumed = await runRow(run);
  expect(resumed).toMatchObject({ status: "queued", pause_requested_at: null, pause_reason: null });
  expect(resumed.job_id).not.toBe(run.job_id);
  expect(await execute(run)).toEqual({ status: "completed" });
  expect(zoo.calls()).toBe(40);
});

test("a run that nobody has begun rests at once, and its job is not done", async () => {
  const run = await prepare(2);
  await pause(run);
  expect(await runRow(run)).toMatchObject({ status: "paused" });
  expect(await jobStatus(run.job_id)).toBe("cancelled");
  expect(await execute(run)).toEqual({ status: "completed" });
  expect(zoo.calls()).toBe(0);
  await resume(run);
  expect(await execute(run)).toEqual({ status: "completed" });
  expect(zoo.calls()).toBe(2);
});

test("a wish that its executor did not live to grant is granted by the next one, without a call", async () => {
  const run = await prepare(4);
  await open().admin("update test_run set status = 'running', pause_requested_at = now() where id = $1", [
    run.test_run_id,
  ]);
  expect(await execute(run)).toEqual({ status: "paused" });
  expect(zoo.calls()).toBe(0);
});

test("a pause that is taken back before it comes about does not come about", async () => {
  const run = await prepare(30);
  const executing = execute(run);
  await called(3);
  await pause(run);
  await resume(run);
  const end = await executing;
  // Its executor may have seen the wish already: then it gives the run back, to be gone on with at once.
  if (end.status === "released") expect(await execute(run)).toEqual({ status: "completed" });
  else expect(end).toEqual({ status: "completed" });
  expect(zoo.calls()).toBe(30);
});

test("a paused run can be cancelled, and what is over can be neither paused nor resumed", async () => {
  const run = await prepare(2);
  await pause(run);
  await pause(run);
  await open().database.write(a.tenant, (tx) => cancelTestRun(tx, run.test_run_id));
  expect(await runRow(run)).toMatchObject({ status: "cancelled" });
  await expect(pause(run)).rejects.toMatchObject({ code: "conflict" });
  await expect(resume(run)).rejects.toMatchObject({ code: "conflict" });
});

test("a cancel overtakes a pause", async () => {
  const hang = { url: `${zoo.url}/hang`, response_mapping: null, max_attempts: 1, timeout_ms: 60_000 };
  const run = await prepareRun(open().database, a, { target: hang, tests: 6, concurrency: 2 });
  const executing = execute(run);
  await called(2);
  await pause(run);
  await vi.waitFor(async () => expect(await runRow(run)).toMatchObject({ status: "running" }));
  await open().database.write(a.tenant, (tx) => cancelTestRun(tx, run.test_run_id));
  expect(await executing).toEqual({ status: "cancelled" });
  expect(await runRow(run)).toMatchObject({ status: "cancelled" });
});
