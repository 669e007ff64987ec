/** SQL of a project's parameters: their schema, the environments, and which version a request means. */
import { sql, type Selectable } from "kysely";
import type { ParametersSchema, ParameterValues } from "@rhesis/engine/parameters/schema";
import { getAsset, patchAsset } from "../asset.ts";
import type { ParameterEnvironment } from "../database.generated.ts";
import { storableJson } from "../storable-json.ts";
import type { Tx } from "../tenant.ts";

/** `version` is that of the project. */
export type ProjectParameters = ParametersSchema & { project_id: string; version: number };

const columns = ["id", "parameters_schema", "version"] as const;

function asParameters(row: { id: string; parameters_schema: ParametersSchema; version: number }): ProjectParameters {
  return { project_id: row.id, fields: row.parameters_schema.fields, version: row.version };
}

/** @throws not_found for the project */
export async function getParameters(tx: Tx, project_id: string): Promise<ProjectParameters> {
  return asParameters(await getAsset(tx, "project", project_id, columns));
}

/** Replaces the schema. @throws not_found for the project; precondition_failed */
export async function setParameters(
  tx: Tx,
  project: { id: string; expected_version?: number | undefined },
  schema: ParametersSchema,
): Promise<ProjectParameters> {
  return asParameters(await patchAsset(tx, "project", project, { parameters_schema: storableJson(schema) }, columns));
}

export type EnvironmentRow = Pick<
  Selectable<ParameterEnvironment>,
  "id" | "project_id" | "name" | "experiment_id" | "experiment_version" | "user_id" | "updated_at"
> & { experiment_name: string; content_hash: string; user_name: string | null; values: ParameterValues };

/** The environments of a project by name, with the values that each is bound to. */
export async function listEnvironments(tx: Tx, project_id: string, name?: string): Promise<EnvironmentRow[]> {
  let rows = tx
    .selectFrom("parameter_environment as n")
    .innerJoin("experiment as e", "e.id", "n.experiment_id")
    .innerJoin("experiment_version as v", (join) =>
      join.onRef("v.experiment_id", "=", "n.experiment_id").onRef("v.number", "=", "n.experiment_version"),
    )
    .leftJoin("user as u", "u.id", "n.user_id")
    .select(["n.id", "n.project_id", "n.name", "n.experiment_id", "n.experiment_version", "n.user_id", "n.updated_at"])
    .select(["e.name as experiment_name", "v.content_hash", "v.values", "u.name as user_name"])
    .where("n.project_id", "=", project_id)
    .orderBy("n.name");
  if (name !== undefined) rows = rows.where("n.name", "=", name);
  return rows.execute();
}

export type Binding = { project_id: string; name: string; experiment_id: string; experiment_version: number };

/** Binds an environment to a version, whatever it was bound to before. */
export async function bindEnvironment(tx: Tx, binding: Binding): Promise<void> {
  const bound = {
    experiment_id: binding.experiment_id,
    experiment_version: binding.experiment_version,
    user_id: sql<string | null>`current_actor()`,
  };
  await tx
    .insertInto("parameter_environment")
    .values({ project_id: binding.project_id, name: binding.name, ...bound })
    .onConflict((conflict) => conflict.constraint("parameter_environment_name_key").doUpdateSet(bound))
    .execute();
}

/** Whether it was bound. */
export async function unbindEnvironment(tx: Tx, { project_id, name }: Pick<Binding, "project_id" | "name">) {
  const result = await tx
    .deleteFrom("parameter_environment")
    .where("project_id", "=", project_id)
    .where("name", "=", name)
    .executeTakeFirst();
  return result.numDeletedRows > 0n;
}

/** Names of the environments that are bound to an experiment. */
export async function environmentsOf(tx: Tx, experiment_id: string): Promise<string[]> {
  const rows = await tx
    .selectFrom("parameter_environment")
    .select("name")
    .where("experiment_id", "=", experiment_id)
    .orderBy("name")
    .execute();
  return rows.map(({ name }) => name);
}

/** Asks for a version: named, the newest of a named experiment, or the one bound to an environment. */
export type ParametersRequest = {
  experiment_id?: string | undefined;
  version?: number | undefined;
  environment?: string | undefined;
};

/** What was found of it; null for what is not there. */
export type FoundParameters = {
  parameters_schema: ParametersSchema;
  environment: string | null;
  experiment_id: string | null;
  experiment_name: string | null;
  latest_version: number | null;
  version: number | null;
  content_hash: string | null;
  values: ParameterValues | null;
};

/** In one statement; undefined where the project is not there. An environment counts only where no experiment is named. */
export async function findParameters(
  tx: Tx,
  project_id: string,
  request: ParametersRequest,
): Promise<FoundParameters | undefined> {
  const { experiment_id = null, version = null, environment = "default" } = request;
  const { rows } = await sql<FoundParameters>`
    select p.parameters_schema, n.name as environment, e.id as experiment_id, e.name as experiment_name,
      e.latest_version, v.number as version, v.content_hash, v.values
    from project p
    left join parameter_environment n on n.project_id = p.id and n.name = ${environment} and ${experiment_id}::uuid is null
    left join experiment e on e.id = coalesce(${experiment_id}::uuid, n.experiment_id) and e.project_id = p.id
      and e.deleted_at is null
    left join experiment_version v on v.experiment_id = e.id
      and v.number = coalesce(n.experiment_version, ${version}::integer, e.latest_version)
    where p.id = ${project_id} and p.deleted_at is null`.execute(tx);
  return rows[0];
}

/** A model as a mapping sees it, without what it takes to call it. */
export type ParameterModel = { id: string; name: string; provider: string; model_name: string };

/** The models that a parameter can name. */
export async function readParameterModels(tx: Tx): Promise<ParameterModel[]> {
  return tx
    .selectFrom("model")
    .select(["id", "name", "provider", "model_name"])
    .where("deleted_at", "is", null)
    .execute();
}
