import { randomBytes } from "node:crypto";
import { callerFor } from "@rhesis/testkit/caller";
import { useTestDatabase } from "@rhesis/testkit/database";
import { startEndpointZoo, type EndpointZoo } from "@rhesis/testkit/endpoint-zoo";
import { prepareRun, type PreparedRun } from "@rhesis/testkit/run-fixture";
import { createTenants, type TestOrganization } from "@rhesis/testkit/tenants";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { startWorker, type RunningWorker } from "./worker.ts";

const open = useTestDatabase();
const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };
const endings: string[] = [];
let zoo: EndpointZoo;
let worker: RunningWorker;
let organization: TestOrganization;

beforeAll(async () => {
  ({ a: organization } = await createTenants(open().database));
  zoo = await startEndpointZoo();
  worker = await startWorker({
    database_url: open().app_url,
    secret_keys: { current: "k", keys: { k: randomBytes(32) } },
    policy: { allow_loopback: true, allow_private: [] },
    concurrency: 4,
    log: silent,
    observer: { called: () => undefined, stored: () => undefined, ended: (status) => void endings.push(status) },
    grace_ms: 100,
  });
});
afterAll(async () => {
  await worker.close();
  await zoo.close();
});

/** A run at work: two of its four tests are being asked. */
async function begun(): Promise<PreparedRun> {
  zoo.clear();
  endings.length = 0;
  const target = { url: `${zoo.url}/hang`, timeout_ms: 60_000, max_attempts: 1 };
  const run = await prepareRun(open().database, organization, { target, tests: 4, concurrency: 2 });
  await vi.waitFor(() => expect(zoo.calls()).toBe(2), { timeout: 10_000 });
  return run;
}

/** As a member reads it. */
function shown({ test_run_id }: PreparedRun) {
  return callerFor(open().database, organization.people.viewer).test_run.get({ id: test_run_id });
}

/** Resolves to the reason that is shown. */
async function failedWithin(run: PreparedRun, ms: number): Promise<string> {
  await vi.waitFor(async () => expect((await shown(run)).status).toBe("failed"), { timeout: ms, interval: 20 });
  const results = await open().admin<{ status: string }>("select status from test_result where test_run_id = $1", [
    run.test_run_id,
  ]);
  expect(results.map((result) => result.status)).toEqual(Array.from({ length: 4 }, () => "cancelled"));
  expect(zoo.calls()).toBe(2);
  await vi.waitFor(() => expect(endings).toEqual(["failed"]));
  return (await shown(run)).error ?? "";
}

test("a run whose job has had all its attempts is failed, and says why", async () => {
  const run = await begun();
  // As after a thousand workers that died over it.
  await open().admin("update job set attempts = 1000, lease_until = now() - interval '1 second' where id = $1", [
    run.job_id,
  ]);
  expect(await failedWithin(run, 10_000)).toMatch(/begun 1000 times.*Run the test set again/);
});

test("a run whose job was ended behind its back is failed within a sweep", async () => {
  const run = await begun();
  await open().admin("update job set status = 'cancelled' where id = $1", [run.job_id]);
  expect(await failedWithin(run, 2_500)).toMatch(/ended before the run was over.*Run the test set again/);
});
