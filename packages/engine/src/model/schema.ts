/** Shapes of a model: a connection to an LLM provider. zod only, so that forms can use them. */
import { z } from "zod";
import { headers, webUrl } from "../target/schema.ts";

export const modelProviders = ["openai", "anthropic", "google", "azure", "openai_compatible"] as const;
export type ModelProvider = (typeof modelProviders)[number];

/** Everything about a model but its key. Prices in US dollars per million tokens. */
export const modelConfig = z.strictObject({
  provider: z.enum(modelProviders),
  model_name: z.string().min(1).max(200),
  base_url: webUrl.nullable().default(null),
  headers: headers.default({}),
  input_price: z.number().min(0).max(100_000).nullable().default(null),
  output_price: z.number().min(0).max(100_000).nullable().default(null),
});
export type ModelConfig = z.infer<typeof modelConfig>;

/** What a call to a model used. `cost` in US dollars, null where no price is known. */
export const modelUsage = z.object({
  input_tokens: z.number().nullable(),
  output_tokens: z.number().nullable(),
  cost: z.number().nullable(),
});
export type ModelUsage = z.infer<typeof modelUsage>;
