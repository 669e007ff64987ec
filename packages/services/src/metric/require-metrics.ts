import { missingMetrics } from "@rhesis/db/queries/metric";
import type { Tx } from "@rhesis/db/tenant";
import { invalid } from "@rhesis/telemetry/app-error";

/** @throws invalid where one is absent, deleted, or another organization's, at its place in `metric_ids` */
export async function requireMetrics(tx: Tx, metric_ids: string[]): Promise<void> {
  const missing = await missingMetrics(tx, metric_ids);
  if (missing.size === 0) return;
  const message = "There is no such metric.";
  const problems = metric_ids.flatMap((id, at) => (missing.has(id) ? [{ path: ["metric_ids", at], message }] : []));
  throw invalid(message, problems);
}
