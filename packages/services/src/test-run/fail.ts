/** Ending a run whose background work has ended without it. */
import type { Database } from "@rhesis/db/database";
import { orphanedRuns, type OrphanedRun } from "@rhesis/db/gates";
import { jobError } from "@rhesis/db/queries/job";
import { failRunOfJob } from "@rhesis/db/queries/run-ending";
import type { Tx } from "@rhesis/db/tenant";

/** Fails the live run of a job and says why: results that are there stay, the rest is cancelled. False where none is live. */
export async function failTestRunOfJob(tx: Tx, { job_id, cause }: { job_id: string; cause: string }): Promise<boolean> {
  return (await failRunOfJob(tx, job_id, reasonOf(cause))) !== undefined;
}

function reasonOf(cause: string): string {
  return (
    `The run could not be brought to its end. ${cause} The results it has are kept, and its other tests were not asked. ` +
    "Run the test set again; if that fails too, tell whoever looks after this installation."
  );
}

const endedElsewhere = "Its work in the background was ended before the run was over.";

/**
 * Fails the live runs of all organizations whose job has ended: they would stay open for ever.
 * @param most how many at once
 * @param onFailed told of each run that was failed
 */
export async function failOrphanedRuns(
  database: Pick<Database, "pool" | "write">,
  most: number,
  onFailed: (run: OrphanedRun) => void,
): Promise<void> {
  for (const orphan of await orphanedRuns(database.pool, most)) {
    const { organization_id, job_id } = orphan;
    const ended = await database.write({ organization_id, user_id: null }, async (tx) =>
      failTestRunOfJob(tx, { job_id, cause: (await jobError(tx, job_id)) ?? endedElsewhere }),
    );
    if (ended) onFailed(orphan);
  }
}
