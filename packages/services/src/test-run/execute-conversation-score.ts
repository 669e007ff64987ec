/** What a conversation comes to: the scores of its checks, its goal and its last answer. Knows no target client. */
import type { StoredConversation, StoredTurn } from "@rhesis/db/queries/conversation";
import type { NewScore } from "@rhesis/db/queries/run-results";
import { conversationMetrics, type ConversationPlan } from "@rhesis/engine/conversation/schema";
import { checksFinding } from "@rhesis/engine/conversation/scripted";
import type { SimulatedOutcome } from "@rhesis/engine/conversation/simulated";
import { turnError, type HeldConversation, type Turn } from "@rhesis/engine/conversation/track";
import type { ScoreInput } from "@rhesis/engine/metric/schema";
import { resultVerdict } from "@rhesis/engine/metric/verdict";
import type { Asking } from "@rhesis/engine/model/ask-twice";
import type { JudgeModel, JudgeReply, JudgeRequest } from "@rhesis/engine/model/judge-model";
import { noUsage } from "@rhesis/engine/model/judge-model";
import type { TargetOutcome } from "@rhesis/engine/target/schema";
import { errorResult, newScore, scoreAll, scoredAnswer, type Scoring } from "./execute-score.ts";
import type { ClaimedResult, ScoredResult } from "./execute-types.ts";

/** What is kept of the bodies of one turn, in characters: those that hold the whole conversation grow with each. */
const maxStoredBody = 100_000;

type Held = { plan: ConversationPlan; held: HeldConversation | SimulatedOutcome; began: number };

/**
 * The result of a conversation: an error where a call failed; else its checks, its goal, and its metrics, which look at
 * the last answer and know what was said before. Null when it was aborted.
 */
export async function scoreConversation(
  scoring: Scoring,
  row: ClaimedResult,
  { plan, held, began }: Held,
): Promise<ScoredResult | null> {
  const last = held.turns.at(-1);
  const conversation = storedConversation(row, held);
  const own = ownScores(scoring, row, held);
  const failed = last === undefined ? null : turnError(last);
  if (failed !== null) {
    const error = { code: failed.code, message: `Turn ${last?.number}: ${failed.message}` };
    return { ...errorResult(row, { ...summed(held.turns), error }, began), scores: own, conversation };
  }
  const scores = last?.outcome.answer == null ? [] : await scoreAll(scoring, row, lastAnswer(plan, held.turns, last));
  if (scores === null) return null;
  const all = [...own, ...scores];
  const { latency_ms, attempts } = summed(held.turns);
  const answer = last?.outcome.answer ?? null;
  const result = {
    id: row.id,
    verdict: resultVerdict(all),
    output: answer?.output ?? null,
    answer,
    // Those of each turn are with the turn.
    request: null,
    response: null,
    attempts,
    error_code: null,
    error_message: null,
    latency_ms,
    took_ms: performance.now() - began,
  };
  return { result, scores: all, conversation };
}

/** What a conversation asks of models waits its turn among the judgements of the run. */
export function modelOfConversation({ judge, judging, signal }: Scoring): Asking {
  const model = judge(null);
  const ask = <T>(request: JudgeRequest<T>): Promise<JudgeReply<T>> =>
    model === null ? Promise.resolve(noModel) : judging(() => model.judge(request));
  const port: Pick<JudgeModel, "judge"> = { judge: ask };
  return { model: port, signal };
}

const noModel: JudgeReply<never> = {
  value: null,
  text: null,
  usage: noUsage,
  error: { code: "unavailable", message: "No model is there for it" },
};

/** Scores that are of the conversation itself. The goal's holds what playing the user and judging have used. */
function ownScores({ plan }: Scoring, row: ClaimedResult, held: Held["held"]): NewScore[] {
  if ("goal" in held) return [newScore(row, conversationMetrics.goal, held.goal, plan.default_model_id)];
  const checks = held.stop_reason === "script_ended" ? checksFinding(held.turns) : null;
  return checks === null ? [] : [newScore(row, conversationMetrics.checks, { ...checks, duration_ms: 0 })];
}

function lastAnswer(plan: ConversationPlan, turns: readonly Turn[], last: Turn): ScoreInput {
  const { answer, latency_ms } = last.outcome;
  const planned = plan.type === "scripted" ? plan.turns[last.number - 1] : undefined;
  const earlier = turns.slice(0, -1).map(({ input, outcome }) => ({ input, output: outcome.answer?.output ?? "" }));
  const asked = { input: last.input, expected_output: planned?.expected_output ?? null, earlier };
  const empty = { output: null, conversation_id: null, context: [], metadata: {}, tool_calls: [] };
  return scoredAnswer(answer ?? empty, latency_ms, asked);
}

/** The calls of all turns as one outcome: how long they took together. */
function summed(turns: readonly Turn[]): TargetOutcome {
  return {
    answer: null,
    error: null,
    request: null,
    response: null,
    attempts: [],
    latency_ms: turns.reduce((sum, { outcome }) => sum + outcome.latency_ms, 0),
    first_byte_ms: null,
  };
}

function storedConversation(row: ClaimedResult, { turns, stop_reason }: HeldConversation): StoredConversation {
  return { test_result_id: row.id, stop_reason, turns: turns.map(storedTurn) };
}

function storedTurn({ number, input, outcome, reason, checks, judgement, evidence }: Turn): StoredTurn {
  const { answer, request, response, attempts, latency_ms } = outcome;
  const error = turnError({ outcome });
  return {
    number,
    input,
    output: answer?.output ?? null,
    answer,
    request: request === null ? null : { ...request, body: request.body?.slice(0, maxStoredBody) ?? null },
    response: response === null ? null : { ...response, body: response.body.slice(0, maxStoredBody) },
    attempts,
    error_code: error?.code ?? null,
    error_message: error?.message ?? null,
    latency_ms,
    reason,
    checks,
    judgement,
    evidence,
  };
}
