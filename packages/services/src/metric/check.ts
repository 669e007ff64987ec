import { getModel } from "@rhesis/db/queries/model";
import type { Tx } from "@rhesis/db/tenant";
import { checkParameters } from "@rhesis/engine/metric/check-parameters";
import type { MetricParameters } from "@rhesis/engine/metric/schema";
import { AppError, invalid } from "@rhesis/telemetry/app-error";

/** @throws invalid where a metric with these parameters could not score, at the parameter */
export function requireUsableParameters(parameters: MetricParameters): void {
  const problems = checkParameters(parameters).map(({ path, message }) => ({ path: ["parameters", ...path], message }));
  if (problems.length > 0) throw invalid("The parameters of the metric do not fit.", problems);
}

/** @throws invalid where the model is absent, deleted, or another organization's */
export async function requireModel(tx: Tx, model_id: string | null | undefined): Promise<void> {
  if (model_id === null || model_id === undefined) return;
  try {
    await getModel(tx, model_id);
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== "not_found") throw error;
    throw invalid(error.message, [{ path: ["model_id"], message: error.message }]);
  }
}
