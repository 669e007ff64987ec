/** Which metrics score a requirement. */
import {
  addRequirementMetrics,
  getRequirement,
  removeRequirementMetrics,
  type RequirementMetrics,
} from "@rhesis/db/queries/requirement";
import type { Tx } from "@rhesis/db/tenant";
import { requireMetrics } from "../metric/require-metrics.ts";

/** @throws not_found; invalid where a metric is absent, deleted, or another organization's */
export async function addMetrics(tx: Tx, change: RequirementMetrics): Promise<{ added: number }> {
  await Promise.all([requireMetrics(tx, change.metric_ids), getRequirement(tx, change.id)]);
  return { added: await addRequirementMetrics(tx, change) };
}

/** @throws not_found */
export async function removeMetrics(tx: Tx, change: RequirementMetrics): Promise<{ removed: number }> {
  await getRequirement(tx, change.id);
  return { removed: await removeRequirementMetrics(tx, change) };
}
