import type { z } from "zod";
import type { AddressPolicy } from "../target/address-policy.ts";
import type { ModelBudget } from "./budget.ts";
import type { ModelConfig, ModelUsage } from "./schema.ts";

export const modelErrorCodes = [
  "out_of_schema",
  "rate_limited",
  "unavailable",
  "refused",
  "auth_failed",
  "timeout",
  "cancelled",
] as const;
export type ModelErrorCode = (typeof modelErrorCodes)[number];
export type ModelError = { code: ModelErrorCode; message: string };

export type JudgeRequest<T> = {
  instructions: string;
  prompt: string;
  schema: z.ZodType<T>;
  schema_name: string;
  signal?: AbortSignal | undefined;
};

/** A reply: `value` where it met the schema, else an error; the text as the model wrote it, and what it cost. */
export type JudgeReply<T> = { value: T | null; text: string | null; usage: ModelUsage; error: ModelError | null };

export type JudgeModel = {
  config: ModelConfig;
  judge<T>(request: JudgeRequest<T>): Promise<JudgeReply<T>>;
};

/**
 * `timeout_ms` bounds one reply with its retries; `max_retries` is for rate limits, faults of the provider and of the
 * line. Every request is made within `budget`, and waiting for room there is no part of the time.
 */
export type JudgeModelOptions = {
  policy: AddressPolicy;
  timeout_ms?: number;
  max_retries?: number;
  budget?: ModelBudget | undefined;
};

export const noUsage: ModelUsage = { input_tokens: null, output_tokens: null, cost: null };

/**
 * A model that judges. Makes no call where a key is needed and missing: keys come from `api_key` only, never from the
 * environment. `judge` throws only what its budget does. The provider's package is loaded at the first call.
 */
export function createJudgeModel(config: ModelConfig, api_key: string | null, options: JudgeModelOptions): JudgeModel {
  const key = api_key === null || api_key.trim() === "" ? null : api_key.trim();
  return {
    config,
    async judge<T>(request: JudgeRequest<T>): Promise<JudgeReply<T>> {
      const problem = configProblem(config, key);
      if (problem !== null) return { value: null, text: null, usage: noUsage, error: problem };
      const { generate } = await import("./generate.ts");
      return generate(config, key, request, options);
    },
  };
}

function configProblem(config: ModelConfig, key: string | null): ModelError | null {
  if (config.provider === "openai_compatible" || config.provider === "azure") {
    if (config.base_url === null)
      return { code: "unavailable", message: "This model needs the address of its server (base URL)" };
  }
  // Servers of one's own, such as Ollama and vLLM, often ask for no key.
  if (key === null && config.provider !== "openai_compatible")
    return { code: "auth_failed", message: "No API key is stored for this model" };
  return null;
}
