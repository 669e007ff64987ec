import { deleteAsset, type AssetVersion, type Deletion } from "@rhesis/db/asset";
import { countOpenRuns } from "@rhesis/db/queries/endpoint";
import type { Tx } from "@rhesis/db/tenant";
import { AppError } from "@rhesis/telemetry/app-error";

/** @throws not_found; precondition_failed; conflict while test runs call the endpoint */
export async function deleteEndpoint(tx: Tx, asset: AssetVersion): Promise<Deletion> {
  const runs = await countOpenRuns(tx, { endpoint_id: asset.id });
  if (runs > 0) {
    const message = runs === 1 ? "A test run of this endpoint is" : `${runs} test runs of this endpoint are`;
    throw new AppError("conflict", `${message} under way. Cancel or wait, then delete it.`);
  }
  return deleteAsset(tx, "endpoint", asset);
}
