import { textCatalog } from "./catalog-text.ts";
import { measureCatalog } from "./catalog-measure.ts";
import type { MetricImplementation, MetricParameters, ScoreInput, ScoreVerdict } from "./schema.ts";

/** What an example gives, with the reference model of the tests where a metric needs one. */
export type ExampleOutcome = { verdict: ScoreVerdict; value: number | null; label: string | null };
export type MetricExample = { parameters: MetricParameters; input: ScoreInput; outcome: ExampleOutcome };

/**
 * A metric as people choose it. `formula` names the definition and its source. `needs_expected` is true where a test
 * has to have an expected output unless the metric brings a text of its own; for judges both needs are a setting.
 */
export type MetricDescription = {
  implementation: MetricImplementation;
  title: string;
  description: string;
  formula: string;
  needs_expected: boolean;
  needs_context: boolean;
  needs_model: boolean;
  example: MetricExample;
};

/** Every metric there is, in the order they are offered. Pure data: made for forms, and run as tests. */
export const metricCatalog: MetricDescription[] = [...textCatalog, ...measureCatalog];

/** The description of one implementation. */
export function describeMetric(implementation: MetricImplementation): MetricDescription {
  const found = metricCatalog.find((metric) => metric.implementation === implementation);
  if (found === undefined) throw new Error(`No description of the metric ${implementation}`);
  return found;
}
