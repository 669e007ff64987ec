import { deleteAsset, type AssetVersion, type Deletion } from "@rhesis/db/asset";
import { countOpenRuns } from "@rhesis/db/queries/endpoint";
import type { Tx } from "@rhesis/db/tenant";
import { AppError } from "@rhesis/telemetry/app-error";

/** Deletes a project with all that is in it. @throws not_found; precondition_failed; conflict while it has test runs under way */
export async function deleteProject(tx: Tx, asset: AssetVersion): Promise<Deletion> {
  const runs = await countOpenRuns(tx, { project_id: asset.id });
  if (runs > 0) {
    const message = runs === 1 ? "A test run of this project is" : `${runs} test runs of this project are`;
    throw new AppError("conflict", `${message} under way. Cancel or wait, then delete it.`);
  }
  return deleteAsset(tx, "project", asset);
}
