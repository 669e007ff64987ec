/** Scores a sample answer, so that a metric can be judged before it judges. */
import { getMetric } from "@rhesis/db/queries/metric";
import { findDefaultModel, getSealedModel, type SealedModelRow } from "@rhesis/db/queries/model";
import type { Tx } from "@rhesis/db/tenant";
import { isJudge, type MetricParameters, type ScoreInput, type ScoreOutcome } from "@rhesis/engine/metric/schema";
import { scoreAnswer } from "@rhesis/engine/metric/score-answer";
import { createJudgeModel } from "@rhesis/engine/model/judge-model";
import { AppError, invalid } from "@rhesis/telemetry/app-error";
import { modelConfigOf, openModelKey } from "../model/config.ts";
import { trialTimeoutMs, type ModelMeans } from "../model/try.ts";
import { requireModel, requireUsableParameters } from "./check.ts";

/** A stored metric, or a draft. */
export type MetricDraft = {
  metric_id?: string | undefined;
  parameters?: MetricParameters | undefined;
  model_id?: string | null | undefined;
};

export type Sample = Pick<ScoreInput, "input" | "expected_output" | "output" | "context" | "latency_ms">;

/** `may_judge` is false where judging by a model is switched off. */
export type MetricMeans = ModelMeans & { may_judge: boolean; signal?: AbortSignal | undefined };

/**
 * @throws not_found where the metric is not there; invalid where parameters do not fit or the model is not there;
 * forbidden where it needs a model and judging is switched off
 */
export async function tryMetric(means: MetricMeans, draft: MetricDraft, sample: Sample): Promise<ScoreOutcome> {
  const { metric, model } = await means.read((tx) => readMetric(tx, draft));
  requireUsableParameters(metric.parameters);
  if (isJudge(metric.parameters.implementation) && !means.may_judge) {
    throw new AppError("forbidden", "Judging by a model is switched off here.");
  }
  const options = { policy: means.address_policy, timeout_ms: trialTimeoutMs, max_retries: 0 };
  const judge =
    model === undefined ? null : createJudgeModel(modelConfigOf(model), openModelKey(means, model), options);
  const signal = means.signal === undefined ? {} : { signal: means.signal };
  return scoreAnswer(metric, { ...sample, metadata: {}, tool_calls: [] }, { judge: () => judge, ...signal });
}

type Read = {
  metric: { parameters: MetricParameters; model_id: string | null };
  model: SealedModelRow | undefined;
};

async function readMetric(tx: Tx, { metric_id, parameters, model_id }: MetricDraft): Promise<Read> {
  const metric = metric_id === undefined ? { parameters, model_id: model_id ?? null } : await getMetric(tx, metric_id);
  if (metric.parameters === undefined) throw invalid("Name a metric or give parameters.");
  const chosen = { parameters: metric.parameters, model_id: model_id === undefined ? metric.model_id : model_id };
  if (!isJudge(chosen.parameters.implementation)) return { metric: chosen, model: undefined };
  await requireModel(tx, chosen.model_id);
  const model = chosen.model_id === null ? await findDefaultModel(tx) : await getSealedModel(tx, chosen.model_id);
  return { metric: chosen, model };
}
