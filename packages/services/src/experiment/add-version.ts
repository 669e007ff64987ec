import { findVersion, getVersion, insertVersion, lockExperiment, type VersionRow } from "@rhesis/db/queries/experiment";
import { getParameters, readParameterModels } from "@rhesis/db/queries/parameters";
import { storableJson } from "@rhesis/db/storable-json";
import type { Tx } from "@rhesis/db/tenant";
import type { ParameterValues } from "@rhesis/engine/parameters/schema";
import { invalid } from "@rhesis/telemetry/app-error";
import { fitValues } from "../parameters/fit-values.ts";
import { contentHash, schemaFingerprint } from "./content-hash.ts";

export type NewValues = {
  id: string;
  values: ParameterValues;
  note: string;
  /** The version they were made from; the newest where it is not said. */
  parent?: number | undefined;
};

/**
 * Appends a version, with the defaults of what has no value. Values that a version holds already make none: that
 * version is the answer.
 * @throws not_found; invalid where a value does not fit the project's parameters, or the parent is not there
 */
export async function addVersion(tx: Tx, added: NewValues): Promise<VersionRow & { created: boolean }> {
  const experiment = await lockExperiment(tx, added.id);
  const { fields } = await getParameters(tx, experiment.project_id);
  const fit = fitValues(fields, added.values, await readParameterModels(tx));
  if (fit.values === null) {
    const problems = fit.problems.map(({ path, message }) => ({ path: ["values", ...path], message }));
    throw invalid("The values do not fit the parameters of the project.", problems);
  }
  const values = JSON.parse(storableJson(fit.values)) as ParameterValues;
  const schema_fingerprint = schemaFingerprint(fields);
  const content_hash = contentHash(values, schema_fingerprint);
  const { id: experiment_id, latest_version } = experiment;
  const before = await findVersion(tx, { experiment_id, content_hash });
  if (before !== undefined) return { ...(await getVersion(tx, { experiment_id, number: before })), created: false };
  const parent = added.parent ?? (latest_version === 0 ? null : latest_version);
  const { note } = added;
  const number = await insertVersion(tx, experiment, { values, note, parent, content_hash, schema_fingerprint });
  return { ...(await getVersion(tx, { experiment_id, number })), created: true };
}
