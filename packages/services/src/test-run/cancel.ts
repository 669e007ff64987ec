/** Stopping a run. */
import { cancelRestingRun } from "@rhesis/db/queries/run-ending";
import { lockTestRun, requestCancel } from "@rhesis/db/queries/test-run";
import type { Tx } from "@rhesis/db/tenant";
import { AppError } from "@rhesis/telemetry/app-error";

/**
 * A run that nobody works at is cancelled at once; one at work is asked to stop, which its executor does within
 * seconds. Repeating it changes nothing.
 * @throws not_found; conflict where the run has ended by itself
 */
export async function cancelTestRun(tx: Tx, id: string): Promise<void> {
  const run = await lockTestRun(tx, id);
  switch (run.status) {
    case "queued":
    case "paused":
      return cancelRestingRun(tx, run);
    case "running":
      return requestCancel(tx, id);
    case "cancelled":
      return;
    case "completed":
    case "failed":
      throw new AppError("conflict", "The run has ended already.");
  }
}
