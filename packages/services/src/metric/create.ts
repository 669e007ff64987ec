import { insertMetric, type MetricRow, type NewMetric } from "@rhesis/db/queries/metric";
import type { Tx } from "@rhesis/db/tenant";
import { requireModel, requireUsableParameters } from "./check.ts";

/** @throws invalid where parameters do not fit or the model is not there; conflict where the name is taken */
export async function createMetric(tx: Tx, values: NewMetric): Promise<MetricRow> {
  requireUsableParameters(values.parameters);
  await requireModel(tx, values.model_id);
  return insertMetric(tx, values);
}
