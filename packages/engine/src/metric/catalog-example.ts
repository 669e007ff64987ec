import type { MetricExample } from "./catalog.ts";
import type { MetricParameters, ScoreInput, ScoreVerdict } from "./schema.ts";

/** An example with everything it does not name left empty. */
export function example(
  parameters: MetricParameters,
  input: Partial<ScoreInput> & { output: string },
  [verdict, value, label]: [ScoreVerdict, (number | null)?, string?],
): MetricExample {
  const empty = { input: "", expected_output: null, context: [], metadata: {}, tool_calls: [], latency_ms: null };
  return {
    parameters,
    input: { ...empty, ...input },
    outcome: { verdict, value: value ?? null, label: label ?? null },
  };
}
