/** The outbox: a job is a row written in the transaction of the data it is about. The relay does the rest. */
import { insertJob } from "@rhesis/db/queries/job";
import type { Tx } from "@rhesis/db/tenant";
import { jobCatalog, type JobName, type JobPayload } from "./catalog.ts";

export type Enqueue<N extends JobName> = { name: N; payload: JobPayload<N>; project_id: string | null };

/** Writes the job's row; it starts only if the transaction commits. Returns its id. */
export function enqueueJob<N extends JobName>(tx: Tx, job: Enqueue<N>): Promise<{ id: string }> {
  const payload = jobCatalog[job.name].payload.parse(job.payload);
  return insertJob(tx, { name: job.name, payload, project_id: job.project_id });
}
