/** What is stored of a run once it has ended, looked at behind row-level security. */
import type { TestDatabase } from "../database.ts";
import type { History, StoredRow } from "./oracle.ts";

type End = Pick<History, "run" | "runs" | "job_status" | "results">;

export async function readEnd({ admin }: TestDatabase, run: { id: string; test_set_id: string }): Promise<End> {
  const [row] = await admin<End["run"] & { job_status: string }>(
    `select r.status, r.total, r.passed, r.failed, r.inconclusive, r.errored, j.status as job_status
     from test_run r join job j on j.id = r.job_id where r.id = $1`,
    [run.id],
  );
  if (row === undefined) throw new Error("the run is not there");
  const { job_status, ...counted } = row;
  const [made] = await admin<{ runs: number }>(
    "select count(*)::integer as runs from test_run where test_set_id = $1",
    [run.test_set_id],
  );
  const results = await admin<StoredRow>(
    `select replace(input, 'test ', '')::integer as test, status, verdict,
       (select count(*)::integer from score s where s.test_result_id = r.id) as scores
     from test_result r where test_run_id = $1`,
    [run.id],
  );
  return { run: counted, runs: made?.runs ?? 0, job_status, results };
}
