import { z } from "zod";
import { id, timestamp } from "../list.ts";
import { environmentName } from "../parameters/schema.ts";

/** A name for the version of parameters that is in use somewhere, such as production. */
export const parameterEnvironment = z
  .object({
    id,
    project_id: id,
    name: z.string(),
    experiment_id: id,
    experiment_name: z.string(),
    experiment_version: z.int(),
    content_hash: z.string(),
    user_id: id.nullable().describe("Who bound it last"),
    user_name: z.string().nullable(),
    updated_at: timestamp,
    problem: z.string().nullable().describe("Why the values do not fit the parameters of the project any more"),
  })
  .meta({ id: "ParameterEnvironment" });
export type ParameterEnvironment = z.infer<typeof parameterEnvironment>;

export const parameterEnvironments = z.object({ items: z.array(parameterEnvironment).describe("By name") });

export const environmentOfProject = z.strictObject({ project_id: id, name: environmentName });

export const bindEnvironment = z.strictObject({
  project_id: id,
  name: environmentName,
  experiment_id: id.describe("A shared experiment of the project"),
  version: z.int().min(1).max(2_147_483_647).describe("The number of one of its versions"),
});

export const unbound = z.object({ unbound: z.boolean().describe("Whether it was bound") });
