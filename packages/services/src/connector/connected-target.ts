import type { RunPlan } from "@rhesis/engine/plan/schema";
import type { ParametersOrigin } from "@rhesis/engine/connector/schema";
import type { TargetClient } from "@rhesis/engine/target/target-client";
import type { BegunRun } from "../test-run/execute-types.ts";
import type { ConnectorCalls } from "./calls.ts";

/** The target client as a run uses it: where it calls a function, on behalf of its project and with its parameters. */
export function connectedTarget(
  target: TargetClient,
  calls: Pick<ConnectorCalls, "portFor"> | undefined,
  { run, plan, project_id }: Pick<BegunRun, "run" | "plan" | "project_id">,
): TargetClient {
  if (calls === undefined || plan.endpoint.config.protocol !== "connector") return target;
  const connector = calls.portFor({ tenant: run.tenant, project_id, parameters: originOf(plan) });
  return {
    call: (config, secret, variables, options) => target.call(config, secret, variables, { ...options, connector }),
    close: () => target.close(),
  };
}

function originOf({ parameters }: RunPlan): ParametersOrigin | undefined {
  if (parameters === undefined) return undefined;
  const { source, environment, experiment_id, version } = parameters;
  return {
    parameter_source: source,
    parameter_source_environment: environment,
    parameter_experiment_id: experiment_id,
    parameter_version: version,
  };
}
