import { useTestDatabase } from "@rhesis/testkit/database";
import { prepareRun, type PreparedRun } from "@rhesis/testkit/run-fixture";
import { createTenants, type TestOrganization } from "@rhesis/testkit/tenants";
import { beforeAll, expect, test } from "vitest";
import { failOrphanedRuns, failTestRunOfJob } from "./fail.ts";

const open = useTestDatabase();
let a: TestOrganization;
let b: TestOrganization;
beforeAll(async () => {
  ({ a, b } = await createTenants(open().database));
});

/** A run of three tests, of which one has passed. */
async function begun(organization = a): Promise<PreparedRun> {
  const run = await prepareRun(open().database, organization, { target: { url: "http://127.0.0.1:9/" }, tests: 3 });
  await open().admin("update test_run set status = 'running', passed = 1 where id = $1", [run.test_run_id]);
  const [first] = await open().admin<{ id: string }>("select id from test_result where test_run_id = $1 order by id", [
    run.test_run_id,
  ]);
  await open().admin("update test_result set status = 'completed', verdict = 'pass' where id = $1", [first?.id]);
  return run;
}

const fail = ({ job_id }: PreparedRun, organization = a): Promise<boolean> =>
  open().database.write(organization.tenant, (tx) => failTestRunOfJob(tx, { job_id, cause: "It was begun 7 times." }));

type RunRow = { status: string; error: string | null; passed: number; finished_at: Date | null };
async function runRow({ test_run_id }: PreparedRun): Promise<RunRow> {
  const [row] = await open().admin<RunRow>("select * from test_run where id = $1", [test_run_id]);
  if (row === undefined) throw new Error("the run is gone");
  return row;
}
const statuses = async ({ test_run_id }: PreparedRun): Promise<string[]> =>
  (
    await open().admin<{ status: string }>("select status from test_result where test_run_id = $1 order by id", [
      test_run_id,
    ])
  ).map((row) => row.status);

test("a run is failed with a reason; what it has stays, what was open is cancelled", async () => {
  const run = await begun();
  expect(await fail(run)).toBe(true);
  const row = await runRow(run);
  expect(row).toMatchObject({ status: "failed", passed: 1, finished_at: expect.any(Date) });
  expect(row.error).toContain("It was begun 7 times.");
  expect(row.error).toContain("Run the test set again");
  expect(await statuses(run)).toEqual(["completed", "cancelled", "cancelled"]);
  expect(await fail(run)).toBe(false);
});

test("a run that has ended stays as it is, and another organization's is not found", async () => {
  const [done, theirs] = [await begun(), await begun(b)];
  await open().admin("update test_run set status = 'completed' where id = $1", [done.test_run_id]);
  expect(await fail(done)).toBe(false);
  expect(await runRow(done)).toMatchObject({ status: "completed", error: null });
  expect(await fail(theirs, a)).toBe(false);
  expect(await runRow(theirs)).toMatchObject({ status: "running" });
});

test("runs of every organization whose job has ended are failed, with what the job said", async () => {
  const [told, silent, healthy] = [await begun(a), await begun(b), await begun(b)];
  await open().admin("update job set status = 'failed', error = 'Nobody knows this job.' where id = $1", [told.job_id]);
  await open().admin("update job set status = 'completed' where id = $1", [silent.job_id]);
  const orphans: string[] = [];
  const failAll = () => failOrphanedRuns(open().database, 100, ({ job_id }) => void orphans.push(job_id));
  await failAll();
  expect(orphans.toSorted()).toEqual([told.job_id, silent.job_id].toSorted());
  expect((await runRow(told)).error).toContain("Nobody knows this job.");
  expect((await runRow(silent)).error).toContain("ended before the run was over");
  expect(await runRow(healthy)).toMatchObject({ status: "running", error: null });
  await failAll();
  expect(orphans).toHaveLength(2);
});
