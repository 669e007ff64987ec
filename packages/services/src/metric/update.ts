import type { AssetVersion } from "@rhesis/db/asset";
import { patchMetric, type MetricChanges, type MetricRow } from "@rhesis/db/queries/metric";
import type { Tx } from "@rhesis/db/tenant";
import { requireModel, requireUsableParameters } from "./check.ts";

/** Parameters are taken whole. @throws not_found; precondition_failed; invalid; conflict where the name is taken */
export async function updateMetric(tx: Tx, asset: AssetVersion, changes: MetricChanges): Promise<MetricRow> {
  if (changes.parameters !== undefined) requireUsableParameters(changes.parameters);
  await requireModel(tx, changes.model_id);
  return patchMetric(tx, asset, changes);
}
