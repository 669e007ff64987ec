/** SQL of jobs: the outbox, the leases of those who work, and people's view of background work. */
import { sql } from "kysely";
import type { Pool } from "pg";
import type { Tx } from "../tenant.ts";

export type NewJob = { name: string; payload: Record<string, unknown>; project_id: string | null };

/** Writes a job of the transaction's organization and user. */
export function insertJob(tx: Tx, job: NewJob): Promise<{ id: string }> {
  return tx
    .insertInto("job")
    .values({ ...job, payload: JSON.stringify(job.payload), user_id: sql<string | null>`current_actor()` })
    .returning("id")
    .executeTakeFirstOrThrow();
}

/** `offer` tells this offer of the job from earlier ones; `previous_offer` is the one it takes the place of. */
export type DueJob = {
  organization_id: string;
  job_id: string;
  name: string;
  offer: number;
  previous_offer: number | null;
};

/**
 * Marks due jobs as offered and returns them, of all organizations: never offered, offered `offer_again_after_ms` ago
 * and not begun, or begun by somebody whose lease has run out.
 */
export async function claimDueJobs(pool: Pool, most: number, offer_again_after_ms: number): Promise<DueJob[]> {
  const { rows } = await pool.query<DueJob>({
    name: "claim_due_jobs",
    text: "select organization_id, job_id, name, offer, previous_offer from gate_claim_due_jobs($1, $2 * interval '1 ms')",
    values: [most, offer_again_after_ms],
  });
  return rows;
}

/**
 * A job taken by this process. `attempts` is the fence: it grows with every claim, and writes must name it. `failures`
 * counts how often in a row it was given back because of a fault.
 */
export type ClaimedJob = {
  id: string;
  name: string;
  payload: unknown;
  attempts: number;
  failures: number;
  user_id: string | null;
  project_id: string | null;
};

export type JobLease = { id: string; attempts: number };

const leaseEnd = (lease_ms: number) => sql<Date>`clock_timestamp() + ${lease_ms} * interval '1 ms'`;

/** Takes a job that waits, or whose lease has run out by the database's clock. Undefined when there is nothing to take. */
export function claimJob(tx: Tx, id: string, lease_ms: number): Promise<ClaimedJob | undefined> {
  return tx
    .updateTable("job")
    .set({
      status: "running",
      lease_until: leaseEnd(lease_ms),
      attempts: sql<number>`attempts + 1`,
      started_at: sql<Date>`coalesce(started_at, now())`,
      error: null,
    })
    .where("id", "=", id)
    .where((eb) =>
      eb.or([
        eb("status", "=", "queued"),
        eb.and([eb("status", "=", "running"), eb("lease_until", "<", sql<Date>`clock_timestamp()`)]),
      ]),
    )
    .returning(["id", "name", "payload", "attempts", "failures", "user_id", "project_id"])
    .executeTakeFirst();
}

function held(tx: Tx, lease: JobLease) {
  return tx
    .updateTable("job")
    .where("id", "=", lease.id)
    .where("attempts", "=", lease.attempts)
    .where("status", "=", "running");
}

/** False when the lease belongs to somebody else by now. */
export async function extendLease(tx: Tx, lease: JobLease, lease_ms: number): Promise<boolean> {
  const [done] = await held(tx, lease)
    .set({ lease_until: leaseEnd(lease_ms) })
    .execute();
  return (done?.numUpdatedRows ?? 0n) > 0n;
}

export type JobEnd = { status: "completed" | "failed" | "cancelled"; error?: string };

/** Ends a job for good. False when the lease was lost. */
export async function endJob(tx: Tx, lease: JobLease, end: JobEnd): Promise<boolean> {
  const [done] = await held(tx, lease)
    .set({ status: end.status, error: end.error ?? null, lease_until: null, finished_at: sql<Date>`now()` })
    .execute();
  return (done?.numUpdatedRows ?? 0n) > 0n;
}

/** Why a job failed; null where it did not, or nobody said. */
export async function jobError(tx: Tx, id: string): Promise<string | null> {
  const row = await tx.selectFrom("job").select("error").where("id", "=", id).executeTakeFirst();
  return row?.error ?? null;
}

/** Gives a job back, due again after `delay_ms`, and wakes the relays when that is at once. */
export async function releaseJob(
  tx: Tx,
  lease: JobLease,
  { delay_ms, failures }: { delay_ms: number; failures: number },
): Promise<void> {
  await held(tx, lease)
    .set({
      status: "queued",
      failures,
      lease_until: null,
      offered_at: null,
      run_at: sql<Date>`now() + ${delay_ms} * interval '1 ms'`,
    })
    .execute();
  if (delay_ms === 0) await sql`select pg_notify('job', '')`.execute(tx);
}
