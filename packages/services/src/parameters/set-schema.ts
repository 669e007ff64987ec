import { readParameterModels, setParameters, type ProjectParameters } from "@rhesis/db/queries/parameters";
import type { Tx } from "@rhesis/db/tenant";
import type { ParameterField } from "@rhesis/engine/parameters/schema";
import { invalid } from "@rhesis/telemetry/app-error";
import { missingModels } from "./fit-values.ts";

/**
 * Replaces the parameters of a project. Versions keep their values; those that do not fit any more cannot be used.
 * @throws not_found for the project; precondition_failed; invalid for a model that is not there
 */
export async function setParametersSchema(
  tx: Tx,
  project: { id: string; expected_version?: number | undefined },
  fields: ParameterField[],
): Promise<ProjectParameters> {
  const models = fields.some(({ type }) => type === "model_ref") ? await readParameterModels(tx) : [];
  const problems = fields.flatMap((field, at) =>
    field.default === null
      ? []
      : missingModels([field], { [field.name]: field.default }, models).map(({ message }) => ({
          path: ["fields", at, "default"],
          message,
        })),
  );
  if (problems.length > 0) throw invalid("A model named here is not there.", problems);
  return setParameters(tx, project, { fields });
}
