/** The providers as people know them. Names are those of the contract. */

export const providers = ["openai", "anthropic", "google", "azure", "openai_compatible"] as const;
export type Provider = (typeof providers)[number];

export type ProviderLook = {
  title: string;
  description: string;
  model_example: string;
  key_hint: string;
  /** An address is needed; otherwise it only overrides the provider's own. */
  needs_address: boolean;
  address_example: string;
  /** A local server often asks for no key. */
  needs_key: boolean;
};

export const providerLooks: Record<Provider, ProviderLook> = {
  openai: {
    title: "OpenAI",
    description: "GPT models, called at api.openai.com.",
    model_example: "gpt-5-mini",
    key_hint: "Begins with sk-. You create it at platform.openai.com under API keys.",
    needs_address: false,
    address_example: "https://api.openai.com/v1",
    needs_key: true,
  },
  anthropic: {
    title: "Anthropic",
    description: "Claude models, called at api.anthropic.com.",
    model_example: "claude-sonnet-4-5",
    key_hint: "Begins with sk-ant-. You create it in the Anthropic Console.",
    needs_address: false,
    address_example: "https://api.anthropic.com/v1",
    needs_key: true,
  },
  google: {
    title: "Google",
    description: "Gemini models, through the Gemini API.",
    model_example: "gemini-2.5-flash",
    key_hint: "You create it in Google AI Studio.",
    needs_address: false,
    address_example: "https://generativelanguage.googleapis.com/v1beta",
    needs_key: true,
  },
  azure: {
    title: "Azure OpenAI",
    description: "Models deployed in your own Azure subscription.",
    model_example: "name-of-your-deployment",
    key_hint: "Key 1 or key 2 of the resource, under Keys and Endpoint.",
    needs_address: true,
    address_example: "https://your-resource.openai.azure.com/openai",
    needs_key: true,
  },
  openai_compatible: {
    title: "OpenAI-compatible",
    description: "Ollama, vLLM, LM Studio or any other server that speaks the same language.",
    model_example: "llama3.3",
    key_hint: "Many local servers need none.",
    needs_address: true,
    address_example: "http://localhost:11434/v1",
    needs_key: false,
  },
};
