import type { ModelConfig, ModelUsage } from "./schema.ts";

/** Tokens as counted by the provider, and their cost in US dollars where both prices are known. */
export function usageOf(
  config: Pick<ModelConfig, "input_price" | "output_price">,
  tokens: { inputTokens: number | undefined; outputTokens: number | undefined } | undefined,
): ModelUsage {
  const input_tokens = tokens?.inputTokens ?? null;
  const output_tokens = tokens?.outputTokens ?? null;
  const known = config.input_price !== null && config.output_price !== null;
  if (!known || input_tokens === null || output_tokens === null) return { input_tokens, output_tokens, cost: null };
  const cost = (input_tokens * (config.input_price ?? 0) + output_tokens * (config.output_price ?? 0)) / 1_000_000;
  return { input_tokens, output_tokens, cost };
}

/** The usage of several calls; what no call knows stays unknown. */
export function sumUsage(parts: ModelUsage[]): ModelUsage {
  return {
    input_tokens: sum(parts.map((part) => part.input_tokens)),
    output_tokens: sum(parts.map((part) => part.output_tokens)),
    cost: sum(parts.map((part) => part.cost)),
  };
}

function sum(values: (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? null : known.reduce((total, value) => total + value, 0);
}
