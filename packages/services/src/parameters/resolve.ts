/** Which values a request for parameters means. What is asked for is used or refused; nothing else takes its place. */
import {
  findParameters,
  readParameterModels,
  type FoundParameters,
  type ParametersRequest,
} from "@rhesis/db/queries/parameters";
import type { Tx } from "@rhesis/db/tenant";
import type { PlannedParameters } from "@rhesis/engine/plan/schema";
import { AppError, invalid, notFound, type FieldProblem } from "@rhesis/telemetry/app-error";
import { fitVersion, paramsFrom } from "./fit-values.ts";

export type ResolvedParameters = PlannedParameters & { params: Record<string, unknown> };

/**
 * A named version, else the newest of a named experiment, else what is bound to the named environment, else to
 * `default`.
 * @throws not_found where the project, the experiment, the version or a binding is not there; conflict where an
 * experiment has no version, or the values do not fit the project's parameters any more; invalid for a version of nothing
 */
export async function resolveParameters(
  tx: Tx,
  project_id: string,
  request: ParametersRequest,
): Promise<ResolvedParameters> {
  if (request.version !== undefined && request.experiment_id === undefined) {
    throw invalid("A version is that of an experiment.", [
      { path: ["version"], message: "Name the experiment it is of" },
    ]);
  }
  const [found, models] = await Promise.all([findParameters(tx, project_id, request), readParameterModels(tx)]);
  if (found === undefined) throw notFound("project");
  const planned = plannedFrom(found, request);
  const { fields } = found.parameters_schema;
  const fit = fitVersion(fields, found.values ?? {}, models);
  if (fit.values === null) throw misfit(planned, fit.problems);
  return { ...planned, params: paramsFrom(fields, { ...found.values, ...fit.values }, models) };
}

function plannedFrom(found: FoundParameters, { experiment_id, version, environment }: ParametersRequest) {
  if (experiment_id === undefined && found.environment === null) throw unbound(environment);
  if (found.experiment_id === null || found.experiment_name === null) throw notFound("experiment");
  if (found.version === null || found.content_hash === null) throw withoutVersion(found.experiment_name, version);
  return {
    source:
      experiment_id === undefined
        ? ("environment" as const)
        : version === undefined
          ? ("latest" as const)
          : ("version" as const),
    experiment_id: found.experiment_id,
    experiment_name: found.experiment_name,
    version: found.version,
    content_hash: found.content_hash,
    environment: found.environment,
  };
}

function unbound(environment: string | undefined): AppError {
  const message =
    environment === undefined
      ? "No version of parameters is named, and nothing is bound to the environment “default”."
      : `Nothing is bound to the environment “${environment}”.`;
  return new AppError("not_found", message);
}

function withoutVersion(name: string, version: number | undefined): AppError {
  if (version !== undefined) return new AppError("not_found", `“${name}” has no version v${version}.`);
  return new AppError("conflict", `“${name}” has no version yet. Save one first.`);
}

type Named = Pick<PlannedParameters, "experiment_name" | "version">;

/** That values which were saved do not fit any more. */
export function misfit({ experiment_name, version }: Named, problems: FieldProblem[]): AppError {
  const message = `v${version} of “${experiment_name}” does not fit the parameters of the project any more`;
  return new AppError("conflict", `${message} (${toldShortly(problems)}). Save a new version.`, problems);
}

/** The first problems, in one line. */
export function toldShortly(problems: readonly FieldProblem[]): string {
  return problems
    .slice(0, 3)
    .map(({ path, message }) => (path.length === 0 ? message : `${path.join(".")}: ${message}`))
    .join("; ");
}
