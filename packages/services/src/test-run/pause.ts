/** Resting a run and going on with it. */
import { lockTestRun, pauseQueuedRun, requestPause, requeueRun, withdrawPause } from "@rhesis/db/queries/test-run";
import type { Tx } from "@rhesis/db/tenant";
import { enqueueJob } from "@rhesis/jobs/enqueue";
import { AppError } from "@rhesis/telemetry/app-error";

const over = () => new AppError("conflict", "The run has ended already.");

/**
 * A run that nobody has begun rests at once; one at work begins nothing new, lets the calls under way end, and rests.
 * Repeating it changes nothing.
 * @throws not_found; conflict where the run has ended
 */
export async function pauseTestRun(tx: Tx, { id, reason }: { id: string; reason: string | null }): Promise<void> {
  const run = await lockTestRun(tx, id);
  switch (run.status) {
    case "queued":
      return pauseQueuedRun(tx, { ...run, reason });
    case "running":
      return requestPause(tx, id, reason);
    case "paused":
      return;
    case "completed":
    case "failed":
    case "cancelled":
      throw over();
  }
}

/**
 * Goes on with a run that rests, and takes back a pause that has not come about yet. Repeating it changes nothing.
 * @throws not_found; conflict where the run has ended
 */
export async function resumeTestRun(tx: Tx, id: string): Promise<void> {
  const run = await lockTestRun(tx, id);
  switch (run.status) {
    case "queued":
      return;
    case "running":
      return withdrawPause(tx, id);
    case "paused": {
      const name = run.kind === "execute" ? "execute_test_run" : "rescore_test_run";
      const job = await enqueueJob(tx, { name, payload: { test_run_id: id }, project_id: run.project_id });
      return requeueRun(tx, { id, job_id: job.id });
    }
    case "completed":
    case "failed":
    case "cancelled":
      throw over();
  }
}
