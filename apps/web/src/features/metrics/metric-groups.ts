/** The kinds of metric as people look for them. */
import type { MetricImplementation } from "@rhesis/engine/metric/schema";

export const metricGroups = ["Text", "Structure", "Similarity", "Speed", "Safety", "Judged by a model"] as const;
export type MetricGroup = (typeof metricGroups)[number];

const groupOf: Record<MetricImplementation, MetricGroup> = {
  contains: "Text",
  not_contains: "Text",
  exact_match: "Text",
  regex: "Text",
  length: "Text",
  numeric_tolerance: "Text",
  json_valid: "Structure",
  json_schema: "Structure",
  json_path_equals: "Structure",
  levenshtein: "Similarity",
  bleu: "Similarity",
  rouge_l: "Similarity",
  latency: "Speed",
  refusal: "Safety",
  judge_numeric: "Judged by a model",
  judge_categorical: "Judged by a model",
};

/** Items in the order of the groups; groups without items are left out. */
export function byGroup<Item extends { implementation: MetricImplementation }>(
  items: readonly Item[],
): { group: MetricGroup; items: Item[] }[] {
  return metricGroups
    .map((group) => ({ group, items: items.filter((item) => groupOf[item.implementation] === group) }))
    .filter(({ items: found }) => found.length > 0);
}
