import type { JudgeModel } from "../model/judge-model.ts";
import { scoreJsonPathEquals, scoreJsonSchema, scoreJsonValid } from "./json.ts";
import { scoreCategorically, scoreNumerically } from "./judge.ts";
import { scoreLatency, scoreLength, scoreNumericTolerance } from "./measure.ts";
import { inconclusive, type Finding } from "./outcome.ts";
import { scoreRefusal } from "./refusal.ts";
import type { MetricParameters, ScoreInput, ScoreOutcome } from "./schema.ts";
import { scoreBleu, scoreLevenshtein, scoreRougeL } from "./similarity.ts";
import { scoreContains, scoreExactMatch, scoreNotContains, scoreRegex } from "./text.ts";

export type ScoreMetric = { id: string; name: string; parameters: MetricParameters; model_id: string | null };
export type JudgeModels = (model_id: string) => JudgeModel | null;
export type ScoreOptions = { judge: (model_id: string | null) => JudgeModel | null; signal?: AbortSignal };

/**
 * Scores one answer with one metric. Never throws because of an answer or a model: what cannot be judged is
 * inconclusive, with a reason for people.
 */
export async function scoreAnswer(
  metric: Pick<ScoreMetric, "parameters" | "model_id">,
  input: ScoreInput,
  options: ScoreOptions,
): Promise<ScoreOutcome> {
  const { parameters } = metric;
  const started = performance.now();
  if (parameters.implementation !== "judge_numeric" && parameters.implementation !== "judge_categorical")
    return scoreDeterministic(parameters, input);
  const model = options.judge(metric.model_id);
  if (model === null) return timed(inconclusive(noModel), started);
  const finding =
    parameters.implementation === "judge_numeric"
      ? await scoreNumerically(parameters, input, { model, signal: options.signal })
      : await scoreCategorically(parameters, input, { model, signal: options.signal });
  return timed(finding, started);
}

const noModel =
  "No model is there to judge the answer. Choose one for this metric, or a default one for the organization.";

/** Scores one answer with a metric that needs no model, at once. A judge is inconclusive here. Never throws. */
export function scoreDeterministic(parameters: MetricParameters, input: ScoreInput): ScoreOutcome {
  const started = performance.now();
  try {
    return timed(find(parameters, input), started);
  } catch {
    return timed(inconclusive("The answer could not be scored: it is too large or too deeply nested"), started);
  }
}

function timed(finding: Finding, started: number): ScoreOutcome {
  return { ...finding, duration_ms: Math.round((performance.now() - started) * 1000) / 1000 };
}

function find(parameters: MetricParameters, input: ScoreInput): Finding {
  switch (parameters.implementation) {
    case "exact_match":
      return scoreExactMatch(parameters, input);
    case "contains":
      return scoreContains(parameters, input);
    case "not_contains":
      return scoreNotContains(parameters, input);
    case "regex":
      return scoreRegex(parameters, input);
    case "refusal":
      return scoreRefusal(parameters, input);
    case "judge_numeric":
    case "judge_categorical":
      return inconclusive(noModel);
    default:
      return measure(parameters, input);
  }
}

type Measured = Exclude<
  MetricParameters,
  { implementation: "exact_match" | "contains" | "not_contains" | "regex" | "refusal" | `judge_${string}` }
>;

function measure(parameters: Measured, input: ScoreInput): Finding {
  switch (parameters.implementation) {
    case "json_valid":
      return scoreJsonValid(input);
    case "json_schema":
      return scoreJsonSchema(parameters, input);
    case "json_path_equals":
      return scoreJsonPathEquals(parameters, input);
    case "numeric_tolerance":
      return scoreNumericTolerance(parameters, input);
    case "levenshtein":
      return scoreLevenshtein(parameters, input);
    case "bleu":
      return scoreBleu(parameters, input);
    case "rouge_l":
      return scoreRougeL(parameters, input);
    case "length":
      return scoreLength(parameters, input);
    default:
      return scoreLatency(parameters, input);
  }
}
