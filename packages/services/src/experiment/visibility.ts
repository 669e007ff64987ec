/** Who sees an experiment. What is bound to an environment stays where everybody sees it. */
import { deleteAsset, type AssetVersion, type Deletion } from "@rhesis/db/asset";
import { getExperiment, lockExperiment, patchExperiment, type ExperimentRow } from "@rhesis/db/queries/experiment";
import { environmentsOf } from "@rhesis/db/queries/parameters";
import type { Tx } from "@rhesis/db/tenant";
import { AppError } from "@rhesis/telemetry/app-error";

/** Shows it to everybody in the organization. @throws not_found; precondition_failed; conflict where its name is taken */
export async function share(tx: Tx, asset: AssetVersion): Promise<ExperimentRow> {
  const { visibility } = await lockExperiment(tx, asset.id);
  return patchExperiment(tx, asset, visibility === "shared" ? {} : { visibility: "shared" });
}

/**
 * Hides it from everybody but its owner again. Runs that were made with it keep what they were made with.
 * @throws not_found; precondition_failed; forbidden for others than the owner; conflict while it is bound
 */
export async function unshare(tx: Tx, user_id: string, asset: AssetVersion): Promise<ExperimentRow> {
  const { visibility, owner_id } = await lockExperiment(tx, asset.id);
  if (owner_id !== user_id) throw new AppError("forbidden", "Only its owner can make an experiment private.");
  await requireUnbound(tx, asset.id);
  return patchExperiment(tx, asset, visibility === "private" ? {} : { visibility: "private" });
}

/** @throws not_found; precondition_failed; conflict while it is bound */
export async function deleteExperiment(tx: Tx, asset: AssetVersion): Promise<Deletion> {
  await lockExperiment(tx, asset.id);
  await requireUnbound(tx, asset.id);
  return deleteAsset(tx, "experiment", asset);
}

async function requireUnbound(tx: Tx, id: string): Promise<void> {
  const names = await environmentsOf(tx, id);
  if (names.length === 0) return;
  const [{ name }, told] = [await getExperiment(tx, id), names.slice(0, 5).join(", ")];
  throw new AppError(
    "conflict",
    `“${name}” is in use: it is bound to ${told}. Bind something else there, or unbind it.`,
  );
}
