/** SQL of storing what the results of a test run came to. */
import { sql } from "kysely";
import type { ResultVerdict, ScoreVerdict } from "@rhesis/engine/metric/schema";
import type { TargetErrorCode, TargetOutcome } from "@rhesis/engine/target/schema";
import { storableJson } from "../storable-json.ts";
import type { Tx } from "../tenant.ts";
import type { RunLease } from "./run-execution.ts";

/** What a result came to. Times in milliseconds. */
export type StoredResult = Pick<TargetOutcome, "answer" | "request" | "response" | "attempts" | "latency_ms"> & {
  id: string;
  verdict: ResultVerdict;
  output: string | null;
  error_code: string | null;
  error_message: string | null;
  /** From its beginning to now, waiting and scoring included. */
  took_ms: number;
};

/** Cost in US dollars. */
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

export type StoreOutcome = { held: boolean; stored: number };

const resultColumns = `id uuid, verdict text, output text, answer json, request json, response json, attempts json,
  error_code text, error_message text, latency_ms double precision, took_ms double precision`;
const scoreColumns = `test_result_id uuid, metric_id uuid, metric_name text, verdict text, value double precision,
  label text, reason text, raw text, model_id uuid, input_tokens integer, output_tokens integer, cost numeric,
  duration_ms double precision`;

/**
 * Stores results and their scores in one statement. A result that has one already is left as it is, with its scores.
 * Stores nothing when the run has gone to somebody else.
 */
export async function storeResults(
  tx: Tx,
  lease: RunLease,
  batch: { results: StoredResult[]; scores: NewScore[] },
): Promise<StoreOutcome> {
  // Named for the planner: without them it may read the whole run for each batch.
  const ids = batch.results.map((result) => result.id);
  const { rows } = await sql<StoreOutcome>`
    with held as (
      select id from test_run
      where id = ${lease.test_run_id} and lease_token = ${lease.lease_token} and status = 'running'
      for key share
    ), stored as (
      update test_result r set status = 'completed', verdict = i.verdict, output = i.output, answer = i.answer,
        request = i.request, response = i.response, attempts = i.attempts, error_code = i.error_code,
        error_message = i.error_message, latency_ms = i.latency_ms,
        started_at = now() - i.took_ms * interval '1 millisecond', finished_at = now()
      from json_to_recordset(${storableJson(batch.results)}::json) as i (${sql.raw(resultColumns)})
      where r.id = any(${ids}::uuid[]) and r.id = i.id and r.status = 'pending' and exists (select from held)
      returning r.id
    ), scored as (
      insert into score (test_result_id, metric_id, test_run_id, metric_name, verdict, value, label, reason, raw,
        model_id, input_tokens, output_tokens, cost, duration_ms)
      select s.test_result_id, s.metric_id, ${lease.test_run_id}::uuid, s.metric_name, s.verdict, s.value, s.label,
        s.reason, s.raw, s.model_id, s.input_tokens, s.output_tokens, s.cost, s.duration_ms
      from json_to_recordset(${storableJson(batch.scores)}::json) as s (${sql.raw(scoreColumns)})
      join stored on stored.id = s.test_result_id
      on conflict do nothing
    )
    select exists (select from held) as held, (select count(*)::integer from stored) as stored`.execute(tx);
  return rows[0] ?? { held: false, stored: 0 };
}

/** What an earlier run stored of a result. */
export type StoredOutcome = TargetOutcome;

/**
 * For results of a run that scores another again: what the other stored for the same test and repeat, under the id of
 * the new result. What is not there is left out.
 */
export async function readStoredOutcomes(
  tx: Tx,
  source_run_id: string | null,
  ids: readonly string[],
): Promise<(StoredOutcome & { id: string })[]> {
  if (source_run_id === null || ids.length === 0) return [];
  type Row = Omit<StoredOutcome, "error" | "first_byte_ms"> & {
    id: string;
    error_code: TargetErrorCode | null;
    error_message: string;
  };
  const { rows } = await sql<Row>`
    with mine as materialized (
      select id, test_id, repeat from test_result where id = any(${[...ids]}::uuid[])
    )
    select mine.id, s.answer, s.request, s.response, coalesce(s.attempts, '[]') as attempts,
      coalesce(s.latency_ms, 0) as latency_ms, s.error_code, coalesce(s.error_message, '') as error_message
    from mine join test_result s
      on s.test_run_id = ${source_run_id} and s.test_id = mine.test_id and s.repeat = mine.repeat`.execute(tx);
  return rows.map(({ error_code, error_message, ...row }) => ({
    ...row,
    first_byte_ms: row.attempts.at(-1)?.first_byte_ms ?? null,
    error: error_code === null ? null : { code: error_code, message: error_message },
  }));
}
