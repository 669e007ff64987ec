/**
 * SQL of executing a test run. Every write names the run's lease token: it is set by whoever takes the run, so what an
 * earlier executor still writes hits no row. A takeover locks the run's row against everybody, writers lock it against
 * a takeover only, so that batches of one run go side by side.
 */
import { sql } from "kysely";
import { storableJson } from "../storable-json.ts";
import type { Tx } from "../tenant.ts";
import type { ResultVerdict, ScoreVerdict } from "@rhesis/engine/metric/schema";
import type { RunPlan } from "@rhesis/engine/plan/schema";
import type { TargetOutcome } from "@rhesis/engine/target/schema";

/** Whoever executes a run. */
export type RunLease = { test_run_id: string; lease_token: string };

export type TakenRun = { plan: RunPlan; project_id: string; endpoint_id: string; cancelled: boolean; open: number };

/**
 * Takes a run for the job that executes it and puts results somebody else had begun back in line, keeping their
 * claims. Undefined when the run has ended, was deleted, or is executed by another job by now.
 */
export async function takeRun(tx: Tx, lease: RunLease, job_id: string): Promise<TakenRun | undefined> {
  // The strongest lock: it waits for claims and for results that are being stored by whoever had the run before.
  await sql`select from test_run where id = ${lease.test_run_id} for update`.execute(tx);
  const run = await tx
    .updateTable("test_run")
    .set({
      status: "running",
      lease_token: lease.lease_token,
      started_at: sql<Date>`coalesce(started_at, now())`,
      error: null,
    })
    .where("id", "=", lease.test_run_id)
    .where("job_id", "=", job_id)
    .where("status", "in", ["queued", "running"])
    .returning(["plan", "project_id", "endpoint_id", "cancel_requested_at", "deleted_at"])
    .executeTakeFirst();
  if (run === undefined) return undefined;
  await tx
    .updateTable("test_result")
    .set({ status: "pending", lease_token: null })
    .where("test_run_id", "=", lease.test_run_id)
    .where("status", "=", "running")
    .execute();
  const { open } = await tx
    .selectFrom("test_result")
    .select((eb) => eb.fn.countAll<number>().as("open"))
    .where("test_run_id", "=", lease.test_run_id)
    .where("status", "=", "pending")
    .executeTakeFirstOrThrow();
  const { plan, project_id, endpoint_id } = run;
  return {
    plan,
    project_id,
    endpoint_id,
    cancelled: run.cancel_requested_at !== null || run.deleted_at !== null,
    open,
  };
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

export type Claim = { limit: number; after: string; min_claims: number; max_claims: number };

/**
 * Begins up to `limit` pending results in the order of their ids, after one id, of those begun at least `min_claims`
 * and less than `max_claims` times before. The claim is counted before any call is made.
 */
export async function claimResults(tx: Tx, lease: RunLease, claim: Claim): Promise<ClaimedResult[]> {
  // Keeps a takeover waiting until it sees these rows as begun, and does not wait for results being stored.
  const { rows: mine } = await sql`select from test_run where id = ${lease.test_run_id}
    and lease_token = ${lease.lease_token} and status = 'running' for key share`.execute(tx);
  if (mine.length === 0) return [];
  const { rows } = await sql<ClaimedResult>`
    update test_result set status = 'running', lease_token = ${lease.lease_token}, claims = claims + 1,
      started_at = now()
    where id = any(array(
      select id from test_result
      where test_run_id = ${lease.test_run_id} and status = 'pending' and id > ${claim.after}
        and claims >= ${claim.min_claims} and claims < ${claim.max_claims}
      order by id limit ${claim.limit} for update skip locked))
    returning id, test_id, repeat, input, expected_output, metric_ids, claims`.execute(tx);
  return rows.sort((a, b) => (a.id < b.id ? -1 : 1));
}

/** Puts begun results back in line as if they had not been begun: it was not their fault. */
export async function returnResults(tx: Tx, lease: RunLease, ids: string[]): Promise<void> {
  if (ids.length === 0) return;
  await sql`update test_result set status = 'pending', lease_token = null, claims = greatest(claims - 1, 0)
    where id = any(${ids}::uuid[]) and status = 'running'
      and lease_token = ${lease.lease_token}`.execute(tx);
}

/** What a result came to. Latency in milliseconds, cost in US dollars; tokens and cost are those of its scores. */
export type StoredResult = Pick<TargetOutcome, "answer" | "request" | "response" | "attempts" | "latency_ms"> & {
  id: string;
  verdict: ResultVerdict;
  output: string | null;
  error_code: string | null;
  error_message: string | null;
  input_tokens: number;
  output_tokens: number;
  cost: number;
};

export type NewScore = {
  test_result_id: string;
  metric_id: string;
  metric_name: string;
  verdict: ScoreVerdict;
  value: number | null;
  label: string | null;
  reason: string;
  raw: string | null;
  model_id: string | null;
  input_tokens: number | null;
  output_tokens: number | null;
  cost: number | null;
  duration_ms: number;
};

export type StoreOutcome = { held: boolean; stored: number; completed: boolean };

const resultColumns = `id uuid, verdict text, output text, answer jsonb, request jsonb, response jsonb, attempts jsonb,
  error_code text, error_message text, latency_ms double precision, input_tokens bigint, output_tokens bigint, cost numeric`;
const scoreColumns = `test_result_id uuid, metric_id uuid, metric_name text, verdict text, value double precision,
  label text, reason text, raw text, model_id uuid, input_tokens integer, output_tokens integer, cost numeric,
  duration_ms double precision`;

/**
 * Stores results and their scores, moves the run's counters by what was stored, and ends the run with its last result:
 * one transaction. Stores nothing when the run has gone to somebody else.
 */
export async function storeResults(
  tx: Tx,
  lease: RunLease,
  batch: { results: StoredResult[]; scores: NewScore[] },
): Promise<StoreOutcome> {
  const { rows } = await storeStatement(lease, batch).execute(tx);
  const [row] = rows;
  return row === undefined
    ? { held: false, stored: 0, completed: false }
    : { held: true, stored: row.stored, completed: row.status === "completed" };
}

/** The run, if the lease still holds it. */
function heldRun({ test_run_id, lease_token }: RunLease) {
  return sql`select id from test_run where id = ${test_run_id} and lease_token = ${lease_token} and status = 'running'
    for key share`;
}

function storeStatement(lease: RunLease, batch: { results: StoredResult[]; scores: NewScore[] }) {
  // Named for the planner: without them it may read the whole run for each batch.
  const ids = batch.results.map((result) => result.id);
  return sql<{ stored: number; status: string }>`
    with held as (
      ${heldRun(lease)}
    ), stored as (
      update test_result r set status = 'completed', verdict = i.verdict, output = i.output, answer = i.answer,
        request = i.request, response = i.response, attempts = i.attempts, error_code = i.error_code,
        error_message = i.error_message, latency_ms = i.latency_ms, finished_at = now(), lease_token = null
      from json_to_recordset(${storableJson(batch.results)}::json) as i (${sql.raw(resultColumns)})
      where r.id = any(${ids}::uuid[]) and r.id = i.id and r.status = 'running'
        and r.lease_token = ${lease.lease_token} and exists (select from held)
      returning r.id, r.verdict, i.input_tokens, i.output_tokens, i.cost
    ), scored as (
      insert into score (test_result_id, metric_id, test_run_id, metric_name, verdict, value, label, reason, raw,
        model_id, input_tokens, output_tokens, cost, duration_ms)
      select s.test_result_id, s.metric_id, ${lease.test_run_id}::uuid, s.metric_name, s.verdict, s.value, s.label,
        s.reason, s.raw, s.model_id, s.input_tokens, s.output_tokens, s.cost, s.duration_ms
      from json_to_recordset(${storableJson(batch.scores)}::json) as s (${sql.raw(scoreColumns)})
      join stored on stored.id = s.test_result_id
      on conflict do nothing
    ), tally as (
      select count(*) as stored, count(*) filter (where verdict = 'pass') as passed,
        count(*) filter (where verdict = 'fail') as failed,
        count(*) filter (where verdict = 'inconclusive') as inconclusive,
        count(*) filter (where verdict = 'error') as errored, coalesce(sum(input_tokens), 0) as input_tokens,
        coalesce(sum(output_tokens), 0) as output_tokens, coalesce(sum(cost), 0) as cost
      from stored
    )
    update test_run r set passed = r.passed + t.passed, failed = r.failed + t.failed,
      inconclusive = r.inconclusive + t.inconclusive, errored = r.errored + t.errored,
      input_tokens = r.input_tokens + t.input_tokens, output_tokens = r.output_tokens + t.output_tokens,
      cost = r.cost + t.cost,
      status = case when r.passed + r.failed + r.inconclusive + r.errored + t.stored = r.total
        then 'completed' else r.status end,
      finished_at = case when r.passed + r.failed + r.inconclusive + r.errored + t.stored = r.total then now() end
    from tally t, held
    where r.id = held.id
    returning t.stored, r.status`;
}

/** Ends a run before its results are all there: open results become cancelled. False when the run is not held. */
export async function stopRun(
  tx: Tx,
  lease: RunLease,
  end: { status: "cancelled" | "failed"; error: string | null },
): Promise<boolean> {
  const [run] = await tx
    .updateTable("test_run")
    .set({ status: end.status, error: end.error, finished_at: sql<Date>`now()` })
    .where("id", "=", lease.test_run_id)
    .where("lease_token", "=", lease.lease_token)
    .where("status", "=", "running")
    .execute();
  if ((run?.numUpdatedRows ?? 0n) === 0n) return false;
  await tx
    .updateTable("test_result")
    .set({ status: "cancelled", lease_token: null, finished_at: sql<Date>`now()` })
    .where("test_run_id", "=", lease.test_run_id)
    .where("status", "in", ["pending", "running"])
    .execute();
  return true;
}

/** Ends a run that has no open result left and was not ended by its last one. */
export async function completeRun(tx: Tx, lease: RunLease): Promise<boolean> {
  const { rows } = await sql`update test_run r set status = 'completed', finished_at = now()
    where id = ${lease.test_run_id} and lease_token = ${lease.lease_token} and status = 'running'
      and not exists (select from test_result o where o.test_run_id = r.id and o.status in ('pending', 'running'))
    returning id`.execute(tx);
  return rows.length > 0;
}
