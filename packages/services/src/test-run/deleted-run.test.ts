import { randomBytes } from "node:crypto";
import { permissions } from "@rhesis/auth/permissions";
import { createSecretBox } from "@rhesis/auth/sealed-secret";
import { deleteAsset } from "@rhesis/db/asset";
import { createTargetClient, type TargetClient } from "@rhesis/engine/target/target-client";
import { useTestDatabase } from "@rhesis/testkit/database";
import { startEndpointZoo, type EndpointZoo } from "@rhesis/testkit/endpoint-zoo";
import { prepareRun, type PreparedRun } from "@rhesis/testkit/run-fixture";
import { createTenants, type TestOrganization } from "@rhesis/testkit/tenants";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { restore } from "../deletion/restore.ts";
import type { ExecutionEnd } from "./execute-types.ts";
import { executeTestRun } from "./execute.ts";

const open = useTestDatabase();
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

const prepare = (path: string): Promise<PreparedRun> => {
  const config = { url: `${zoo.url}${path}`, response_mapping: null, max_attempts: 1, timeout_ms: 60_000 };
  return prepareRun(open().database, a, { target: config, tests: 12, concurrency: 4 });
};

const execute = ({ test_run_id, job_id }: PreparedRun): Promise<ExecutionEnd> => {
  const secrets = createSecretBox({ current: "k", keys: { k: randomBytes(32) } });
  const log = { info: () => undefined, warn: () => undefined };
  const never = new AbortController().signal;
  const run = { tenant: a.tenant, test_run_id, job_id, lease: never, stop: never };
  return executeTestRun({ database: open().database, secrets, target, policy, log, grace_ms: 50 }, run);
};

const remove = async ({ test_run_id: id }: PreparedRun): Promise<string> =>
  (await open().database.write(a.tenant, (tx) => deleteAsset(tx, "test_run", { id }))).deletion_id;

const statusesOf = async ({ test_run_id }: PreparedRun) => {
  const [run] = await open().admin<{ status: string }>("select status from test_run where id = $1", [test_run_id]);
  const results = await open().admin<{ status: string }>(
    "select distinct status from test_result where test_run_id = $1",
    [test_run_id],
  );
  return [run?.status, results.map(({ status }) => status)];
};

test("deleting a run ends calls under way and leaves the rest uncalled; restored, it is a cancelled one", async () => {
  const run = await prepare("/hang");
  const executing = execute(run);
  await expect.poll(() => zoo.calls(), { timeout: 20_000, interval: 5 }).toBe(4);
  const deletion_id = await remove(run);
  expect(await executing).toEqual({ status: "cancelled" });
  expect(zoo.calls()).toBe(4);
  expect(await statusesOf(run)).toEqual(["cancelled", ["cancelled"]]);
  const rights = { permissions: new Set(permissions), project_id: undefined };
  expect(await open().database.write(a.tenant, (tx) => restore(tx, rights, deletion_id))).toEqual({ restored: 1 });
  await execute(run);
  expect(await statusesOf(run)).toEqual(["cancelled", ["cancelled"]]);
  expect(zoo.calls()).toBe(4);
});

test("a run that was deleted before it began makes no call; one that was restored in time makes all", async () => {
  const [deleted, restored] = [await prepare("/echo"), await prepare("/echo")];
  await remove(deleted);
  expect(await execute(deleted)).toEqual({ status: "cancelled" });
  expect(zoo.calls()).toBe(0);
  const rights = { permissions: new Set(permissions), project_id: undefined };
  const deletion_id = await remove(restored);
  await open().database.write(a.tenant, (tx) => restore(tx, rights, deletion_id));
  expect(await execute(restored)).toEqual({ status: "completed" });
  expect(zoo.calls()).toBe(12);
});
