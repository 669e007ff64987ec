import type { ParametersRequest } from "@rhesis/db/queries/parameters";
import type { Tx } from "@rhesis/db/tenant";
import type { RunPlan } from "@rhesis/engine/plan/schema";
import { invalid } from "@rhesis/telemetry/app-error";
import { resolveParameters } from "../parameters/resolve.ts";

/** Values told with the start of a run, or a version of the project's parameters: not both. */
export type RunParameters = { params: Record<string, unknown>; parameters?: ParametersRequest | undefined };

/**
 * The part of a plan that says what requests are made with: resolved here once, whatever changes afterwards.
 * @throws what resolving a version throws; invalid where both are told
 */
export async function planParameters(
  tx: Tx,
  project_id: string,
  { params, parameters }: RunParameters,
): Promise<Pick<RunPlan, "params" | "parameters">> {
  if (parameters === undefined) return { params };
  if (Object.keys(params).length > 0) {
    const message = "Give values here or name a version of the project's parameters, not both.";
    throw invalid(message, [{ path: ["params"], message }]);
  }
  const { params: values, ...planned } = await resolveParameters(tx, project_id, parameters);
  return { params: values, parameters: planned };
}
