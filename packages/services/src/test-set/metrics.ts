/** Which metrics score the tests of a set. */
import { addSetMetrics, removeSetMetrics, type SetMetrics } from "@rhesis/db/queries/test-set";
import type { Tx } from "@rhesis/db/tenant";
import { requireMetrics } from "../metric/require-metrics.ts";

/** @throws invalid where a metric is absent, deleted, or another organization's */
export async function addMetrics(tx: Tx, change: SetMetrics): Promise<{ added: number }> {
  await requireMetrics(tx, change.metric_ids);
  return { added: await addSetMetrics(tx, change) };
}

/** Returns how many were there. */
export async function removeMetrics(tx: Tx, change: SetMetrics): Promise<{ removed: number }> {
  return { removed: await removeSetMetrics(tx, change) };
}
