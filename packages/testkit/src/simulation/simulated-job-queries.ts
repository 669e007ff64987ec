/** The queries of jobs over simulated rows, held to the SQL by the same test as those of runs. */
import type { JobLease } from "@rhesis/db/queries/job";
import type { JobQueries } from "@rhesis/jobs/job-queries";
import type { JobRow } from "./rows.ts";
import { simulated } from "./simulated-database.ts";
import type { Statement } from "./simulated-statement.ts";

const holds =
  ({ attempts }: JobLease) =>
  (job: JobRow) =>
    job.attempts === attempts && job.status === "running";

const changed = (s: Statement, lease: JobLease, set: Partial<JobRow>): boolean => {
  const job = s.job(lease.id);
  return job !== undefined && s.update(job, holds(lease), () => set) !== undefined;
};

/** @param onDue told when a job was given back to be gone on with at once */
export function simulateJobQueries(payload: { test_run_id: string }, onDue: () => void): JobQueries {
  return {
    claimJob: (tx, id, lease_ms) =>
      simulated(tx).run((s) => {
        const job = s.job(id);
        const isFree = ({ status, lease_until }: JobRow) =>
          status === "queued" || (status === "running" && lease_until < s.time);
        const taken =
          job &&
          s.update(job, isFree, ({ attempts }) => {
            return { status: "running", lease_until: s.time + lease_ms, attempts: attempts + 1 };
          });
        if (taken === undefined) return undefined;
        const { attempts, failures } = taken;
        return { id, name: "execute_test_run", payload, attempts, failures, user_id: null, project_id: null };
      }),
    extendLease: (tx, lease, lease_ms) =>
      simulated(tx).run((s) => changed(s, lease, { lease_until: s.time + lease_ms })),
    endJob: (tx, lease, { status }) => simulated(tx).run((s) => changed(s, lease, { status })),
    releaseJob: (tx, lease, { delay_ms, failures }) =>
      simulated(tx).run((s) => {
        const set = { status: "queued", failures, offered_at: null, run_at: s.time + delay_ms } as const;
        if (changed(s, lease, set) && delay_ms === 0) onDue();
      }),
  };
}

const offerAgainMs = 3_000;

/** What `gate_claim_due_jobs` offers now: the ids of jobs that wait for a worker. Whoever is locked is left out. */
export function offerDueJobs(s: Statement): string[] {
  return s.jobs.flatMap((job) => {
    const { status, run_at, offered_at, lease_until } = job;
    const waits = status === "queued" && (offered_at === null || offered_at < s.time - offerAgainMs);
    const isOrphan = status === "running" && lease_until < s.time && (offered_at ?? -Infinity) < s.time - 1_000;
    if (run_at > s.time || !(waits || isOrphan)) return [];
    return s.update(
      job,
      () => true,
      () => ({ offered_at: s.time }),
    ) === undefined
      ? []
      : [job.id];
  });
}
