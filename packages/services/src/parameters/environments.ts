/** The environments of a project: names for the version that is in use somewhere. */
import { getVersion, lockExperiment } from "@rhesis/db/queries/experiment";
import {
  bindEnvironment,
  getParameters,
  listEnvironments,
  readParameterModels,
  unbindEnvironment,
  type Binding,
  type EnvironmentRow,
} from "@rhesis/db/queries/parameters";
import type { Tx } from "@rhesis/db/tenant";
import type { ParameterField } from "@rhesis/engine/parameters/schema";
import { AppError, notFound } from "@rhesis/telemetry/app-error";
import { fitVersion } from "./fit-values.ts";
import { misfit, toldShortly } from "./resolve.ts";

const most = 50;

/** `problem` says why runs cannot use it any more; null where they can. */
export type Environment = Omit<EnvironmentRow, "values"> & { problem: string | null };

/** By name. @throws not_found for the project */
export async function environmentsOfProject(tx: Tx, project_id: string): Promise<Environment[]> {
  const [{ fields }, rows, models] = await Promise.all([
    getParameters(tx, project_id),
    listEnvironments(tx, project_id),
    readParameterModels(tx),
  ]);
  return rows.map((row) => judged(row, fields, models));
}

function judged(
  { values, ...row }: EnvironmentRow,
  fields: readonly ParameterField[],
  models: Awaited<ReturnType<typeof readParameterModels>>,
): Environment {
  const { problems } = fitVersion(fields, values, models);
  return { ...row, problem: problems.length === 0 ? null : toldShortly(problems) };
}

/**
 * Binds an environment to a version of a shared experiment, whatever it was bound to before.
 * @throws not_found for the project, the experiment in it, or the version; conflict where the experiment is private,
 * the values do not fit the project's parameters, or there are too many environments
 */
export async function bind(tx: Tx, binding: Binding): Promise<Environment> {
  const { project_id, name, experiment_id, experiment_version: number } = binding;
  const { fields } = await getParameters(tx, project_id);
  const experiment = await lockExperiment(tx, experiment_id);
  if (experiment.project_id !== project_id) throw notFound("experiment");
  if (experiment.visibility === "private") {
    throw new AppError("conflict", `“${experiment.name}” is private. Share it first: an environment is for everybody.`);
  }
  const [version, bound, models] = await Promise.all([
    getVersion(tx, { experiment_id, number }),
    listEnvironments(tx, project_id),
    readParameterModels(tx),
  ]);
  const { problems } = fitVersion(fields, version.values, models);
  if (problems.length > 0) throw misfit({ experiment_name: experiment.name, version: number }, problems);
  if (bound.length >= most && bound.every((environment) => environment.name !== name)) {
    throw new AppError("conflict", `A project has at most ${most} environments. Unbind one that is not used.`);
  }
  await bindEnvironment(tx, binding);
  const [row] = await listEnvironments(tx, project_id, name);
  if (row === undefined) throw new Error("the environment that was just bound is not there");
  return judged(row, fields, models);
}

/** Repeating it changes nothing. @throws not_found for the project */
export async function unbind(
  tx: Tx,
  { project_id, name }: Pick<Binding, "project_id" | "name">,
): Promise<{ unbound: boolean }> {
  await getParameters(tx, project_id);
  return { unbound: await unbindEnvironment(tx, { project_id, name }) };
}
