/** Looks for runs that nobody will end any more, and ends them. */
import type { Database } from "@rhesis/db/database";
import type { JobLog } from "@rhesis/jobs/job-log";
import { failOrphanedRuns } from "@rhesis/services/test-run/fail";

export type ReconcilerOptions = {
  database: Pick<Database, "pool" | "write">;
  log: JobLog;
  /** Told of each run that was ended. */
  onFailed?: (() => void) | undefined;
};

const sweepMs = 1_000;
const batch = 100;

/** Runs in every worker: a run is ended under a lock, so many reconcilers do no harm. Returns how to stop. */
export function startRunReconciler({ database, log, onFailed }: ReconcilerOptions): () => Promise<void> {
  let round: Promise<void> | undefined;
  let failing = false;
  const look = async (): Promise<void> => {
    try {
      await failOrphanedRuns(database, batch, (run) => {
        log.warn(run, "a test run was failed because its job had ended");
        onFailed?.();
      });
      failing = false;
    } catch (err) {
      if (!failing) log.warn({ err }, "test runs without a job could not be looked for; it is tried again");
      failing = true;
    }
  };
  const timer = setInterval(() => {
    round ??= look().finally(() => (round = undefined));
  }, sweepMs);
  return async () => {
    clearInterval(timer);
    await round;
  };
}
