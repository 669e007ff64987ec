import { deleteAsset, type AssetVersion, type Deletion } from "@rhesis/db/asset";
import { countMetricsOfModel } from "@rhesis/db/queries/model";
import type { Tx } from "@rhesis/db/tenant";
import { AppError } from "@rhesis/telemetry/app-error";

/** @throws not_found; precondition_failed; conflict where metrics name the model as their judge */
export async function deleteModel(tx: Tx, asset: AssetVersion): Promise<Deletion> {
  const metrics = await countMetricsOfModel(tx, asset.id);
  if (metrics > 0) {
    const message = metrics === 1 ? "A metric uses" : `${metrics} metrics use`;
    throw new AppError("conflict", `${message} this model as judge. Give them another model first.`);
  }
  return deleteAsset(tx, "model", asset);
}
