import { z } from "zod";
import { parameterField, parameterFields } from "@rhesis/engine/parameters/schema";
import { parametersSources } from "@rhesis/engine/plan/schema";
import { expectedVersion, id } from "../list.ts";

export const environmentName = z
  .string()
  .regex(
    /^[a-z0-9][a-z0-9._-]{0,62}$/,
    "Use small letters, digits, dots, _ and -, at most 63, and start with a letter or digit",
  );

export const byProject = z.strictObject({ project_id: id });

/** The parameters of a project, in the order in which people fill them in. `version` is that of the project. */
export const projectParameters = z
  .object({ project_id: id, fields: z.array(parameterField), version: z.int() })
  .meta({ id: "ProjectParameters" });
export type ProjectParameters = z.infer<typeof projectParameters>;

export const setParametersSchema = z.strictObject({ project_id: id, ...expectedVersion, fields: parameterFields });

/** Which version is meant. */
export const parametersRequest = {
  experiment_id: id.optional().describe("Its newest version, where no version is named"),
  version: z.int().min(1).max(2_147_483_647).optional().describe("The number of a version of the experiment"),
  environment: environmentName
    .optional()
    .describe("The version bound to it, where no experiment is named. Where left out: `default`"),
};

export const resolveParameters = z.strictObject({ project_id: id, ...parametersRequest });

/** The version that a request means, and what a mapping reads as `params` with it. */
export const resolvedParameters = z
  .object({
    source: z.enum(parametersSources),
    experiment_id: id,
    experiment_name: z.string(),
    version: z.int(),
    content_hash: z.string(),
    environment: z.string().nullable(),
    params: z.record(z.string(), z.unknown()),
  })
  .meta({ id: "ResolvedParameters" });
export type ResolvedParameters = z.infer<typeof resolvedParameters>;
