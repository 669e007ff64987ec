/** SQL of conversations: what multi-turn tests said when a run began, and the turns that came of it. */
import { sql, type Selectable } from "kysely";
import type {
  CheckOutcome,
  ConversationPlan,
  Evidence,
  Judgement,
  StopReason,
} from "@rhesis/engine/conversation/schema";
import type { TargetOutcome } from "@rhesis/engine/target/schema";
import type { Turn } from "../database.generated.ts";
import { storableJson } from "../storable-json.ts";
import type { Tx } from "../tenant.ts";
import type { RunLease } from "./run-execution.ts";

/** How many tests of a set a model has to play the user of, and the most turns that one of its tests can have. */
export type ConversationUse = { simulated: number; most_turns: number };

const usedBy = sql`select count(*) filter (where c ->> 'type' = 'simulated')::integer as simulated,
  coalesce(max(coalesce((c ->> 'max_turns')::integer, jsonb_array_length(c -> 'turns'))), 0) as most_turns`;

/** Of the live tests of a set. */
export async function readConversationUse(tx: Tx, test_set_id: string): Promise<ConversationUse> {
  const { rows } = await sql<ConversationUse>`
    with said as materialized (
      select conversation as c from test where deleted_at is null and conversation is not null
        and id = any(array(select s.test_id from test_set_test s where s.test_set_id = ${test_set_id} and s.is_live))
    )
    ${usedBy} from said`.execute(tx);
  return rows[0] ?? { simulated: 0, most_turns: 0 };
}

/** By requirement, the live tests of a set that say nothing themselves of what a good answer is. */
export async function readUncheckedTests(
  tx: Tx,
  test_set_id: string,
): Promise<{ requirement_id: string | null; tests: number }[]> {
  const { rows } = await sql<{ requirement_id: string | null; tests: number }>`
    select requirement_id, count(*)::integer as tests from test
    where deleted_at is null and conversation ->> 'type' = 'scripted'
      and id = any(array(select s.test_id from test_set_test s where s.test_set_id = ${test_set_id} and s.is_live))
      and not exists (select from jsonb_array_elements(conversation -> 'turns') t where t -> 'checks' <> '[]')
    group by requirement_id`.execute(tx);
  return rows;
}

/** Of the results of a run. */
export async function readConversationUseOfRun(tx: Tx, test_run_id: string): Promise<ConversationUse> {
  const { rows } = await sql<ConversationUse>`
    with said as materialized (
      select plan::jsonb as c from conversation
      where test_result_id = any(array(select id from test_result where test_run_id = ${test_run_id}))
    )
    ${usedBy} from said`.execute(tx);
  return rows[0] ?? { simulated: 0, most_turns: 0 };
}

/** Keeps what the tests say now for the results of a new run. */
export async function insertConversationsOfTests(tx: Tx, test_run_id: string): Promise<void> {
  await sql`
    insert into conversation (test_result_id, plan)
    select r.id, t.conversation from test_result r
    join test t on t.organization_id = r.organization_id and t.id = r.test_id
    where r.test_run_id = ${test_run_id} and t.conversation is not null`.execute(tx);
}

/** Keeps for the results of a new run what another run has kept of the same tests. */
export async function insertConversationsOfRun(tx: Tx, run: { id: string; from_run_id: string }): Promise<void> {
  await sql`
    insert into conversation (test_result_id, plan)
    select r.id, c.plan from test_result r
    join test_result s on s.organization_id = r.organization_id and s.test_run_id = ${run.from_run_id}
      and s.test_id = r.test_id and s.repeat = r.repeat
    join conversation c on c.organization_id = s.organization_id and c.test_result_id = s.id
    where r.test_run_id = ${run.id}`.execute(tx);
}

export type PlannedConversation = { id: string; plan: ConversationPlan };

/** What is to be said for these results, under their ids. */
export async function readPlannedConversations(tx: Tx, ids: readonly string[]): Promise<PlannedConversation[]> {
  if (ids.length === 0) return [];
  return tx
    .selectFrom("conversation")
    .select(["test_result_id as id", "plan"])
    .where(sql<boolean>`test_result_id = any(${[...ids]}::uuid[])`)
    .execute();
}

/** A turn as it is stored. Times in milliseconds. */
export type StoredTurn = Pick<TargetOutcome, "answer" | "request" | "response" | "attempts" | "latency_ms"> & {
  number: number;
  input: string;
  output: string | null;
  error_code: string | null;
  error_message: string | null;
  reason: string | null;
  checks: CheckOutcome[];
  judgement: Judgement | null;
  evidence: Evidence[];
};

export type StoredConversation = { test_result_id: string; stop_reason: StopReason; turns: StoredTurn[] };

/**
 * Stores the turns of results that are stored beside it, in the same flight or transaction. A result that has turns is
 * left as it is. Stores nothing when the run has gone to somebody else.
 */
export async function storeConversations(
  tx: Tx,
  lease: RunLease,
  conversations: readonly StoredConversation[],
): Promise<void> {
  const ends = conversations.map(({ test_result_id, stop_reason }) => ({ test_result_id, stop_reason }));
  const turns = conversations.flatMap((of) => of.turns.map((turn) => ({ ...turn, test_result_id: of.test_result_id })));
  await sql`
    with held as (
      select id from test_run
      where id = ${lease.test_run_id} and lease_token = ${lease.lease_token} and status = 'running'
      for key share
    ), fresh as (
      select e.test_result_id, e.stop_reason
      from json_to_recordset(${storableJson(ends)}::json) as e (test_result_id uuid, stop_reason text)
      where exists (select from held) and not exists (select from turn t where t.test_result_id = e.test_result_id)
    ), ended as (
      update conversation c set stop_reason = fresh.stop_reason from fresh where c.test_result_id = fresh.test_result_id
    )
    insert into turn (test_result_id, number, input, output, answer, request, response, attempts, error_code,
      error_message, latency_ms, reason, checks, judgement, evidence)
    select i.test_result_id, i.number, i.input, i.output, i.answer, i.request, i.response, i.attempts, i.error_code,
      i.error_message, i.latency_ms, i.reason, i.checks, i.judgement, i.evidence
    from json_to_recordset(${storableJson(turns)}::json) as i (test_result_id uuid, number integer, input text,
      output text, answer json, request json, response json, attempts json, error_code text, error_message text,
      latency_ms double precision, reason text, checks json, judgement json, evidence json)
    join fresh on fresh.test_result_id = i.test_result_id
    on conflict do nothing`.execute(tx);
}

export type TurnRow = Omit<Selectable<Turn>, "organization_id" | "test_result_id" | "created_at">;

const turnColumns = [
  "number",
  "input",
  "output",
  "answer",
  "request",
  "response",
  "attempts",
  "error_code",
  "error_message",
  "latency_ms",
  "reason",
  "checks",
  "judgement",
  "evidence",
] as const;

/** The turns of a result, first to last. */
export function listTurns(tx: Tx, test_result_id: string): Promise<TurnRow[]> {
  return tx
    .selectFrom("turn")
    .select(turnColumns)
    .where("test_result_id", "=", test_result_id)
    .orderBy("number")
    .execute();
}

export type ConversationRow = { plan: ConversationPlan; stop_reason: StopReason | null };

/** What was to be said for a result, and why it ended; undefined for a single turn. */
export function findConversation(tx: Tx, test_result_id: string): Promise<ConversationRow | undefined> {
  return tx
    .selectFrom("conversation")
    .select(["plan", "stop_reason"])
    .where("test_result_id", "=", test_result_id)
    .executeTakeFirst();
}

export type EarlierConversation = { id: string; stop_reason: StopReason; turns: TurnRow[] };

/**
 * For results of a run that scores another again: the conversation that the other held for the same test and repeat,
 * under the id of the new result. What is not there, or has no turn, is left out.
 */
export async function readEarlierConversations(
  tx: Tx,
  source_run_id: string | null,
  ids: readonly string[],
): Promise<EarlierConversation[]> {
  if (source_run_id === null || ids.length === 0) return [];
  const { rows } = await sql<TurnRow & { id: string; stop_reason: StopReason }>`
    with mine as materialized (
      select id, test_id, repeat from test_result where id = any(${[...ids]}::uuid[])
    ), source as materialized (
      select mine.id, s.id as source_id from mine join test_result s
        on s.test_run_id = ${source_run_id} and s.test_id = mine.test_id and s.repeat = mine.repeat
    )
    select source.id, c.stop_reason, ${sql.join(turnColumns.map((column) => sql.ref(`t.${column}`)))}
    from source join conversation c on c.test_result_id = source.source_id
      join turn t on t.test_result_id = source.source_id
    order by source.id, t.number`.execute(tx);
  const found = new Map<string, EarlierConversation>();
  for (const { id, stop_reason, ...turn } of rows) {
    const before = found.get(id);
    if (before === undefined) found.set(id, { id, stop_reason, turns: [turn] });
    else before.turns.push(turn);
  }
  return [...found.values()];
}
