/**
 * SQL of executing a test run. Every write names the run's lease token, which is set by whoever takes the run: what an
 * earlier executor still writes hits no row. A takeover locks the run's row against everybody; those who store results
 * lock it against a takeover only, so that batches of one run go side by side.
 */
import { sql, type RawBuilder } from "kysely";
import type { Tx } from "../tenant.ts";
import type { RunPlan } from "@rhesis/engine/plan/schema";
import { budgetColumns, type BookedBudget, type RunBudgetRow } from "./run-budget.ts";

/** Whoever executes a run. */
export type RunLease = { test_run_id: string; lease_token: string };

/** Results of a run by verdict, and what their scores used. Cost in US dollars. */
export type RunTally = {
  passed: number;
  failed: number;
  inconclusive: number;
  errored: number;
  input_tokens: number;
  output_tokens: number;
  cost: number;
};

/** What people want of a run at work. */
export type RunWish = "go" | "pause" | "cancel";

export type TakenRun = {
  plan: RunPlan;
  project_id: string;
  endpoint_id: string;
  source_run_id: string | null;
  wish: RunWish;
  open: number;
  tally: RunTally;
  budget: RunBudgetRow;
};

/** A result that was begun this often by workers that died is not begun beside others any more. */
export type SuspectClaims = { suspect_claims: number };

/**
 * Takes a run for the job that executes it. What somebody else had begun and not ended counts one claim more.
 * Undefined when the run has ended, was deleted, or is executed by another job by now.
 */
export async function takeRun(
  tx: Tx,
  lease: RunLease,
  { job_id, suspect_claims }: SuspectClaims & { job_id: string },
): Promise<TakenRun | undefined> {
  // The strongest lock: it waits for claims and for results that are being stored by whoever had the run before.
  const before = await tx
    .selectFrom("test_run")
    .select("begun_through")
    .where("id", "=", lease.test_run_id)
    .forUpdate()
    .executeTakeFirst();
  const run = await tx
    .updateTable("test_run")
    .set({
      status: "running",
      lease_token: lease.lease_token,
      begun_through: null,
      started_at: sql<Date>`coalesce(started_at, now())`,
      error: null,
      // Whoever had it before may have used all that was reserved.
      booked_tokens: sql<number>`greatest(booked_tokens, reserved_tokens)`,
      booked_cost: sql<number>`greatest(booked_cost, reserved_cost)`,
    })
    .where("id", "=", lease.test_run_id)
    .where("job_id", "=", job_id)
    .where("status", "in", ["queued", "running"])
    .returning(["plan", "project_id", "endpoint_id", "source_run_id", wishOf("test_run").as("wish"), ...budgetColumns])
    .executeTakeFirst();
  if (run === undefined) return undefined;
  const begun_through = before?.begun_through ?? null;
  if (begun_through !== null) await countClaims(tx, lease, { begun_through, suspect_claims });
  const { open, ...tally } = await recountRun(tx, lease);
  const { max_tokens, max_cost, booked_tokens, booked_cost, ...taken } = run;
  return { ...taken, open, tally, budget: { max_tokens, max_cost, booked_tokens, booked_cost } };
}

/** The wish on a run's row; a deleted run is a cancelled one. */
export function wishOf(run: string): RawBuilder<RunWish> {
  const column = (name: string) => sql.ref(`${run}.${name}`);
  return sql`case when ${column("cancel_requested_at")} is not null or ${column("deleted_at")} is not null then 'cancel'
    when ${column("pause_requested_at")} is not null then 'pause' else 'go' end`;
}

async function countClaims(
  tx: Tx,
  { test_run_id }: RunLease,
  { begun_through, suspect_claims }: SuspectClaims & { begun_through: string },
): Promise<void> {
  // A suspect is the only one that is under way: others before it may wait for their turn.
  await sql`update test_result set claims = claims + 1
    where test_run_id = ${test_run_id} and status = 'pending' and id <= ${begun_through}
      and (claims < ${suspect_claims} or id = ${begun_through})`.execute(tx);
}

const tallied = sql`count(*) filter (where verdict = 'pass') as passed, count(*) filter (where verdict = 'fail') as failed,
  count(*) filter (where verdict = 'inconclusive') as inconclusive, count(*) filter (where verdict = 'error') as errored`;

/**
 * Sets the counters of a run to what its rows say. Without a token the caller has locked the run.
 * @returns them, with the number of results that are still open
 */
export async function recountRun(
  tx: Tx,
  { test_run_id, lease_token }: Omit<RunLease, "lease_token"> & { lease_token?: string },
): Promise<RunTally & { open: number }> {
  const held = lease_token === undefined ? sql`` : sql`and r.lease_token = ${lease_token}`;
  const { rows } = await sql<RunTally & { open: number }>`
    with results as (
      select ${tallied}, count(*) filter (where status = 'pending') as open
      from test_result where test_run_id = ${test_run_id}
    ), used as (
      select coalesce(sum(input_tokens), 0) as input_tokens, coalesce(sum(output_tokens), 0) as output_tokens,
        coalesce(sum(cost), 0) as cost
      from score where test_run_id = ${test_run_id}
    )
    update test_run r set passed = n.passed, failed = n.failed, inconclusive = n.inconclusive, errored = n.errored,
      input_tokens = u.input_tokens, output_tokens = u.output_tokens, cost = u.cost
    from results n, used u
    where r.id = ${test_run_id} ${held}
    returning r.passed, r.failed, r.inconclusive, r.errored, r.input_tokens, r.output_tokens, r.cost,
      n.open::integer as open`.execute(tx);
  const [row] = rows;
  if (row === undefined) throw new Error("a run is counted by whoever holds it");
  return row;
}

/**
 * Shows how far a run is. What it says is counted anew from the rows when the run ends or changes hands.
 * @param booked of a run with a budget
 */
export async function showProgress(tx: Tx, lease: RunLease, tally: RunTally, booked?: BookedBudget): Promise<void> {
  await tx
    .updateTable("test_run")
    .set({ ...tally, ...booked })
    .where("id", "=", lease.test_run_id)
    .where("lease_token", "=", lease.lease_token)
    .where("status", "=", "running")
    .execute();
}

export type ClaimedResult = {
  id: string;
  test_id: string;
  repeat: number;
  input: string;
  expected_output: string | null;
  metric_ids: string[];
  claims: number;
};

const claimedColumns = sql`id, test_id, repeat, input, expected_output, metric_ids, claims`;

/**
 * Begins up to `limit` pending results in the order of their ids, after one id, of those begun at least `min_claims` and
 * less than `max_claims` times before. That they are begun is written on the run's row, as how far they reach, before
 * any call is made: doing it again after a lost answer changes nothing.
 */
export async function claimResults(
  tx: Tx,
  lease: RunLease,
  claim: { limit: number; after: string; min_claims: number; max_claims: number },
): Promise<ClaimedResult[]> {
  const { rows } = await sql<ClaimedResult>`
    with mine as (
      select ${claimedColumns} from test_result
      where test_run_id = ${lease.test_run_id} and status = 'pending' and id > ${claim.after}
        and claims >= ${claim.min_claims} and claims < ${claim.max_claims}
      order by id limit ${claim.limit}
    ), marked as (
      update test_run set begun_through = last.id from (select id from mine order by id desc limit 1) last
      where test_run.id = ${lease.test_run_id} and lease_token = ${lease.lease_token} and status = 'running'
      returning test_run.id
    )
    select ${claimedColumns} from mine where exists (select from marked) order by id`.execute(tx);
  return rows;
}

/** Gives back what was begun and not ended as if it had not been begun: it was not its fault. */
export async function returnResults(tx: Tx, lease: RunLease): Promise<void> {
  await tx
    .updateTable("test_run")
    .set({ begun_through: null })
    .where("id", "=", lease.test_run_id)
    .where("lease_token", "=", lease.lease_token)
    .execute();
}

/** Ends a run before its results are all there: open results become cancelled. False when the run is not held. */
export async function stopRun(
  tx: Tx,
  lease: RunLease,
  end: { status: "cancelled" | "failed"; error: string | null },
): Promise<boolean> {
  const run = await tx
    .updateTable("test_run")
    .set({ status: end.status, error: end.error, finished_at: sql<Date>`now()` })
    .where("id", "=", lease.test_run_id)
    .where("lease_token", "=", lease.lease_token)
    .where("status", "=", "running")
    .returning("id")
    .executeTakeFirst();
  if (run === undefined) return false;
  await tx
    .updateTable("test_result")
    .set({ status: "cancelled", finished_at: sql<Date>`now()` })
    .where("test_run_id", "=", lease.test_run_id)
    .where("status", "=", "pending")
    .execute();
  await recountRun(tx, lease);
  return true;
}

/** Says to all runs of the endpoint that its target has asked not to be called for so long. */
export async function holdEndpoint(tx: Tx, lease: RunLease, ms: number): Promise<void> {
  await sql`update test_run set held_until = greatest(held_until, clock_timestamp() + ${ms} * interval '1 millisecond')
    where id = ${lease.test_run_id} and lease_token = ${lease.lease_token} and status = 'running'`.execute(tx);
}

/** Wishes that the run rests, for whoever executes it. */
export async function wishPause(tx: Tx, lease: RunLease, reason: string): Promise<void> {
  await tx
    .updateTable("test_run")
    .set({ pause_requested_at: sql<Date>`coalesce(pause_requested_at, now())`, pause_reason: reason })
    .where("id", "=", lease.test_run_id)
    .where("lease_token", "=", lease.lease_token)
    .where("status", "=", "running")
    .execute();
}

/** Rests a run, if that is still wished. False where it is not, or the run is not held. */
export async function pauseRun(tx: Tx, lease: RunLease): Promise<boolean> {
  const run = await tx
    .updateTable("test_run")
    .set({ status: "paused" })
    .where("id", "=", lease.test_run_id)
    .where("lease_token", "=", lease.lease_token)
    .where("status", "=", "running")
    .where("pause_requested_at", "is not", null)
    .where("cancel_requested_at", "is", null)
    .returning("id")
    .executeTakeFirst();
  if (run === undefined) return false;
  await recountRun(tx, lease);
  return true;
}

/** Ends a run that has no open result left, with what is booked on its budget. False where it has, or is not held. */
export async function completeRun(tx: Tx, lease: RunLease, booked?: BookedBudget): Promise<boolean> {
  const run = await tx
    .updateTable("test_run as r")
    .set({ status: "completed", finished_at: sql<Date>`now()`, ...booked })
    .where("r.id", "=", lease.test_run_id)
    .where("r.lease_token", "=", lease.lease_token)
    .where("r.status", "=", "running")
    .where(sql<boolean>`not exists (select from test_result o where o.test_run_id = r.id and o.status = 'pending')`)
    .returning("r.id")
    .executeTakeFirst();
  if (run === undefined) return false;
  await recountRun(tx, lease);
  return true;
}
