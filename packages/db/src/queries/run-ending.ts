/** SQL of ending a test run that no executor ends. */
import { sql } from "kysely";
import type { Tx } from "../tenant.ts";
import { recountRun } from "./run-execution.ts";

/**
 * Ends the live run of a job as failed: its open results become cancelled, the others stay. Returns the run's id;
 * undefined where no run of this job is live.
 */
export async function failRunOfJob(tx: Tx, job_id: string, error: string): Promise<string | undefined> {
  // The lock of a takeover: it waits for results being stored, and whoever stores later finds the run ended.
  const run = await tx
    .selectFrom("test_run")
    .select("id")
    .where("job_id", "=", job_id)
    .where("status", "in", ["queued", "running"])
    .forUpdate()
    .executeTakeFirst();
  if (run === undefined) return undefined;
  const ended = { status: "failed", error, finished_at: sql<Date>`now()` } as const;
  await Promise.all([
    tx.updateTable("test_run").set(ended).where("id", "=", run.id).execute(),
    cancelOpenResults(tx, run.id),
  ]);
  await recountRun(tx, { test_run_id: run.id });
  return run.id;
}

async function cancelOpenResults(tx: Tx, test_run_id: string): Promise<void> {
  await tx
    .updateTable("test_result")
    .set({ status: "cancelled", finished_at: sql<Date>`now()` })
    .where("test_run_id", "=", test_run_id)
    .where("status", "=", "pending")
    .execute();
}

/** Ends a run that nobody works at: it, its results and its job become cancelled. The caller holds the run. */
export async function cancelRestingRun(tx: Tx, run: { id: string; job_id: string | null }): Promise<void> {
  const ended = { status: "cancelled", finished_at: sql<Date>`now()` } as const;
  await Promise.all([
    tx
      .updateTable("test_run")
      .set({ ...ended, cancel_requested_at: sql<Date>`now()` })
      .where("id", "=", run.id)
      .execute(),
    cancelOpenResults(tx, run.id),
    tx.updateTable("job").set(ended).where("id", "=", run.job_id).where("status", "=", "queued").execute(),
  ]);
}
