import type { LanguageModel } from "ai";
import type { GuardedFetch } from "./guarded-fetch.ts";
import type { ModelConfig } from "./schema.ts";

type Model = Exclude<LanguageModel, string>;

/**
 * The language model of a config. Keys and addresses are always passed: what is left out, the provider packages take
 * from environment variables, which belong to the host and not to the tenant.
 */
export async function languageModel(config: ModelConfig, key: string | null, fetch: GuardedFetch): Promise<Model> {
  const name = config.model_name;
  const common = { apiKey: key ?? "", headers: config.headers, fetch };
  const baseURL = config.base_url;
  switch (config.provider) {
    case "openai": {
      const { createOpenAI } = await import("@ai-sdk/openai");
      return createOpenAI({ ...common, baseURL: baseURL ?? "https://api.openai.com/v1" }).chat(name);
    }
    case "anthropic": {
      const { createAnthropic } = await import("@ai-sdk/anthropic");
      return createAnthropic({ ...common, baseURL: baseURL ?? "https://api.anthropic.com/v1" }).languageModel(name);
    }
    case "google": {
      const { createGoogle } = await import("@ai-sdk/google");
      const address = baseURL ?? "https://generativelanguage.googleapis.com/v1beta";
      return createGoogle({ ...common, baseURL: address }).languageModel(name);
    }
    case "azure": {
      const { createAzure } = await import("@ai-sdk/azure");
      return createAzure({ ...common, baseURL: azureAddress(baseURL ?? "") }).chat(name);
    }
    default: {
      const { createOpenAICompatible } = await import("@ai-sdk/openai-compatible");
      const settings = { name: "openai_compatible", baseURL: baseURL ?? "", supportsStructuredOutputs: true };
      const { headers } = config;
      return createOpenAICompatible({ ...settings, headers, fetch, ...(key === null ? {} : { apiKey: key }) })(name);
    }
  }
}

/** People copy the address of the resource; the API lives under /openai. */
function azureAddress(address: string): string {
  const url = URL.parse(address);
  if (url === null || !url.hostname.endsWith(".azure.com") || url.pathname !== "/") return address;
  return new URL("/openai", url).href;
}
