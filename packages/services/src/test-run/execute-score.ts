/** From an outcome to a scored result: the scores, the verdict, what is kept. Knows no target client. */
import type { NewScore } from "@rhesis/db/queries/run-results";
import { isJudge, type ScoreInput, type ScoreOutcome } from "@rhesis/engine/metric/schema";
import { scoreAnswer, scoreDeterministic } from "@rhesis/engine/metric/score-answer";
import { resultVerdict } from "@rhesis/engine/metric/verdict";
import type { PlannedMetric, RunPlan } from "@rhesis/engine/plan/schema";
import type { TargetAnswer, TargetOutcome } from "@rhesis/engine/target/schema";
import type { JudgeLookup } from "./execute-access.ts";
import type { Bounded } from "./execute-bounded.ts";
import type { ClaimedResult, ScoredResult } from "./execute-types.ts";

export type Scoring = {
  plan: RunPlan;
  metrics: ReadonlyMap<string, PlannedMetric>;
  judge: JudgeLookup;
  /** Judges run beside each other within a bound of their own. */
  judging: Bounded;
  /** Aborted when what is under way is to end. */
  signal: AbortSignal;
};

/** What is kept of a response, in characters. */
const maxStoredBody = 1_000_000;

/**
 * Scores what a call came to; an error is a result without scores. Null when it was aborted: then nothing came of it.
 * @param began when work on the result began, by `performance.now()`
 */
export async function scoreOutcome(
  scoring: Scoring,
  row: ClaimedResult,
  { outcome, began }: { outcome: TargetOutcome; began: number },
): Promise<ScoredResult | null> {
  if (outcome.error !== null || outcome.answer === null) return errorResult(row, outcome, began);
  const { input, expected_output } = row;
  const scores = await scoreAll(
    scoring,
    row,
    scoredAnswer(outcome.answer, outcome.latency_ms, { input, expected_output }),
  );
  if (scores === null) return null;
  return { result: { ...stored(row, outcome, began), verdict: resultVerdict(scores) }, scores };
}

/** A result that is an error. */
export function errorResult(row: ClaimedResult, outcome: TargetOutcome, began: number): ScoredResult {
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

/** An answer as metrics look at it, with what it was asked. */
export function scoredAnswer(
  { output, context, metadata, tool_calls }: TargetAnswer,
  latency_ms: number,
  asked: Pick<ScoreInput, "input" | "expected_output" | "earlier">,
): ScoreInput {
  return { ...asked, output: output ?? "", context, metadata, tool_calls, latency_ms };
}

/** The scores of a result's metrics; null when it was aborted. @throws BudgetSpentError where a judge may not be asked */
export async function scoreAll(scoring: Scoring, row: ClaimedResult, scored: ScoreInput): Promise<NewScore[] | null> {
  const metrics = row.metric_ids.flatMap((id) => scoring.metrics.get(id) ?? []);
  const scores: NewScore[] = [];
  const judged: Promise<void>[] = [];
  for (const metric of metrics) {
    const { parameters, model_id } = metric;
    if (!isJudge(parameters.implementation)) {
      scores.push(newScore(row, metric, scoreDeterministic(parameters, scored)));
      continue;
    }
    const judging = scoring.judging(() =>
      scoreAnswer({ parameters, model_id }, scored, { judge: scoring.judge, signal: scoring.signal }),
    );
    judged.push(judging.then((outcome) => void scores.push(newScore(row, metric, outcome, judgeOf(scoring, metric)))));
  }
  if (judged.length === 0) return scores;
  await Promise.allSettled(judged);
  // What is under way ends before the result is given back.
  await Promise.all(judged);
  return scoring.signal.aborted ? null : scores;
}

function judgeOf({ plan }: Scoring, metric: PlannedMetric): string | null {
  return metric.model_id ?? plan.default_model_id;
}

export function newScore(
  row: ClaimedResult,
  metric: Pick<PlannedMetric, "id" | "name">,
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
