/** One result of a run: the call, the scores, the verdict. */
import type { NewScore } from "@rhesis/db/queries/run-results";
import { isJudge, type ScoreInput, type ScoreOutcome } from "@rhesis/engine/metric/schema";
import { scoreAnswer, scoreDeterministic } from "@rhesis/engine/metric/score-answer";
import { resultVerdict } from "@rhesis/engine/metric/verdict";
import type { PlannedMetric, RunPlan } from "@rhesis/engine/plan/schema";
import type { TargetClient } from "@rhesis/engine/target/target-client";
import type { TargetAnswer, TargetOutcome } from "@rhesis/engine/target/schema";
import type { JudgeLookup, TargetAccess } from "./execute-access.ts";
import type { Bounded } from "./execute-bounded.ts";
import type { ClaimedResult, ScoredResult } from "./execute-types.ts";

export type ResultContext = {
  test_run_id: string;
  plan: RunPlan;
  metrics: ReadonlyMap<string, PlannedMetric>;
  target: TargetClient;
  access: TargetAccess;
  judge: JudgeLookup;
  /** Judges run beside each other within a bound of their own. */
  judging: Bounded;
  /** Aborted when calls under way are to end. */
  signal: AbortSignal;
  called?: ((outcome: TargetOutcome) => void) | undefined;
};

/** What is kept of a response, in characters. */
const maxStoredBody = 1_000_000;

/** Calls the endpoint for one result and scores the answer. Null when it was aborted: then nothing came of it. */
export async function executeResult(context: ResultContext, row: ClaimedResult): Promise<ScoredResult | null> {
  const began = performance.now();
  const outcome = await callTarget(context, row);
  context.called?.(outcome);
  if (context.signal.aborted && outcome.error?.code === "cancelled") return null;
  if (outcome.error !== null || outcome.answer === null) return errorResult(row, outcome, began);
  const scores = await scoreAll(context, row, { answer: outcome.answer, latency_ms: outcome.latency_ms });
  if (scores === null) return null;
  return { result: { ...stored(row, outcome, began), verdict: resultVerdict(scores) }, scores };
}

async function callTarget(context: ResultContext, row: ClaimedResult): Promise<TargetOutcome> {
  const { plan, access, test_run_id, signal } = context;
  if (access.refused !== null) return { ...nothingCalled, error: access.refused };
  const { test_id, input, expected_output, repeat } = row;
  const variables = { input, expected_output, test_id, test_run_id, params: plan.params };
  const idempotency_key = `${test_run_id}/${test_id}/${repeat}`;
  return context.target.call(plan.endpoint.config, access.secret, variables, { signal, idempotency_key });
}

const nothingCalled: TargetOutcome = {
  answer: null,
  error: null,
  request: null,
  response: null,
  attempts: [],
  latency_ms: 0,
};

/** A result whose calls were begun again and again without the worker living to see an end. */
export function exhaustedResult(row: ClaimedResult): ScoredResult {
  const message = `This test was begun ${row.claims} times, and each time the worker stopped before it ended. It is not tried again.`;
  return errorResult(row, { ...nothingCalled, error: { code: "attempts_exhausted", message } }, performance.now());
}

function errorResult(row: ClaimedResult, outcome: TargetOutcome, began: number): ScoredResult {
  const error = outcome.error ?? { code: "empty_answer", message: "The application gave no answer." };
  const result = { ...stored(row, outcome, began), verdict: "error" as const };
  return { result: { ...result, error_code: error.code, error_message: error.message }, scores: [] };
}

function stored(row: ClaimedResult, outcome: TargetOutcome, began: number): Omit<ScoredResult["result"], "verdict"> {
  const { answer, request, response, attempts, latency_ms } = outcome;
  const isLong = response !== null && response.body.length > maxStoredBody;
  return {
    id: row.id,
    output: answer?.output ?? null,
    answer,
    request,
    response: isLong ? { ...response, body: response.body.slice(0, maxStoredBody) } : response,
    attempts,
    error_code: null,
    error_message: null,
    latency_ms,
    took_ms: performance.now() - began,
  };
}

async function scoreAll(
  context: ResultContext,
  row: ClaimedResult,
  { answer, latency_ms }: { answer: TargetAnswer; latency_ms: number },
): Promise<NewScore[] | null> {
  const { context: passages, metadata, tool_calls } = answer;
  const { input, expected_output } = row;
  const output = answer.output ?? "";
  const scored: ScoreInput = { input, expected_output, output, context: passages, metadata, tool_calls, latency_ms };
  const metrics = row.metric_ids.flatMap((id) => context.metrics.get(id) ?? []);
  const scores: NewScore[] = [];
  const judged: Promise<void>[] = [];
  for (const metric of metrics) {
    const { parameters, model_id } = metric;
    if (!isJudge(parameters.implementation)) {
      scores.push(newScore(row, metric, scoreDeterministic(parameters, scored)));
      continue;
    }
    const judging = context.judging(() =>
      scoreAnswer({ parameters, model_id }, scored, { judge: context.judge, signal: context.signal }),
    );
    judged.push(judging.then((outcome) => void scores.push(newScore(row, metric, outcome, judgeOf(context, metric)))));
  }
  if (judged.length === 0) return scores;
  await Promise.all(judged);
  return context.signal.aborted ? null : scores;
}

function judgeOf({ plan }: ResultContext, metric: PlannedMetric): string | null {
  return metric.model_id ?? plan.default_model_id;
}

function newScore(
  row: ClaimedResult,
  metric: PlannedMetric,
  outcome: ScoreOutcome,
  model_id: string | null = null,
): NewScore {
  const { verdict, value, label, reason, raw, usage, duration_ms } = outcome;
  return {
    test_result_id: row.id,
    metric_id: metric.id,
    metric_name: metric.name,
    verdict,
    // JSON has no infinities.
    value: value === null || Number.isFinite(value) ? value : null,
    label,
    reason,
    raw,
    model_id,
    input_tokens: usage?.input_tokens ?? null,
    output_tokens: usage?.output_tokens ?? null,
    cost: usage?.cost ?? null,
    duration_ms,
  };
}
