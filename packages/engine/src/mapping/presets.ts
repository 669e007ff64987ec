/** Chat APIs that many applications are, or imitate, ready to be filled in. */
import { targetConfig, type Json, type TargetAuth, type TargetConfig } from "../target/schema.ts";
import { knownAnswers, knownStreams, type KnownApi } from "./known-apis.ts";
import type { Preset } from "./schema.ts";

const bearer: TargetAuth = { type: "bearer" };
const key = (name: string): TargetAuth => ({ type: "api_key", in: "header", name });
const chooseModel = "Put the model that your application uses in place of the one in the body.";
const systemMessage =
  'A system message goes before the conversation: [{"role": "system", "content": "…"}, "{{ messages }}"].';

/** Gemini calls the assistant “model” and has a list of parts, so the conversation is written turn by turn. */
const geminiBody =
  "{\"contents\": [{% for turn in messages %}{\"role\": \"{{ 'model' if turn.role == 'assistant' else 'user' }}\", " +
  '"parts": [{"text": {{ turn.content | tojson }}}]}{{ "" if loop.last else "," }}{% endfor %}]}';

function configOf(
  api: KnownApi,
  url: string,
  auth: TargetAuth,
  mapping: Json,
  more: Partial<TargetConfig> = {},
): TargetConfig {
  return targetConfig.parse({ url, auth, request_mapping: mapping, response_mapping: knownAnswers[api], ...more });
}

export const presets: readonly Preset[] = [
  {
    name: "openai_chat",
    title: "OpenAI chat completions",
    description: "The chat API of OpenAI.",
    config: configOf("openai_chat", "https://api.openai.com/v1/chat/completions", bearer, {
      model: "gpt-5-mini",
      messages: "{{ messages }}",
    }),
    notes: ["Enter an API key of OpenAI as the secret.", chooseModel, systemMessage],
  },
  {
    name: "openai_responses",
    title: "OpenAI responses",
    description: "The newer API of OpenAI, with tools of its own.",
    config: configOf("openai_responses", "https://api.openai.com/v1/responses", bearer, {
      model: "gpt-5-mini",
      input: "{{ messages }}",
      store: false,
    }),
    notes: [
      "Enter an API key of OpenAI as the secret.",
      chooseModel,
      "What the model has to be told first goes into the body as “instructions”.",
    ],
  },
  {
    name: "anthropic_messages",
    title: "Anthropic messages",
    description: "The messages API of Anthropic.",
    config: configOf(
      "anthropic",
      "https://api.anthropic.com/v1/messages",
      key("x-api-key"),
      { model: "claude-sonnet-4-5", max_tokens: 1024, messages: "{{ messages }}" },
      { headers: { "anthropic-version": "2023-06-01" } },
    ),
    notes: [
      "Enter an API key of Anthropic as the secret.",
      chooseModel,
      "What the model has to be told first goes into the body as “system”.",
    ],
  },
  {
    name: "gemini",
    title: "Gemini",
    description: "Models of Google through the Gemini API.",
    config: configOf(
      "gemini",
      "https://generativelanguage.googleapis.com/v1beta/models/gemini-2.5-flash:generateContent",
      key("x-goog-api-key"),
      { __body__: geminiBody },
    ),
    notes: ["Enter an API key of Google AI Studio as the secret.", "The model is part of the address."],
  },
  {
    name: "azure_openai_chat",
    title: "Azure OpenAI chat",
    description: "A model that is deployed in your Azure subscription.",
    config: configOf(
      "openai_chat",
      "https://your-resource.openai.azure.com/openai/deployments/your-deployment/chat/completions",
      key("api-key"),
      { messages: "{{ messages }}" },
      { query: { "api-version": "2024-10-21" } },
    ),
    notes: [
      "Put the names of your resource and of your deployment into the address.",
      "Enter key 1 or key 2 of the resource as the secret.",
      systemMessage,
    ],
  },
  {
    name: "ollama_chat",
    title: "Ollama",
    description: "Models on a machine of your own.",
    config: configOf(
      "ollama_chat",
      "http://localhost:11434/api/chat",
      { type: "none" },
      {
        model: "llama3.3",
        messages: "{{ messages }}",
      },
      knownStreams.ollama_chat,
    ),
    notes: [
      "Put the machine that Ollama runs on into the address.",
      chooseModel,
      systemMessage,
      "Ollama answers piece by piece, and is read so.",
    ],
  },
  {
    name: "openai_compatible",
    title: "OpenAI-compatible",
    description: "vLLM, LM Studio, LiteLLM, Mistral, Groq and all others that speak the language of OpenAI.",
    config: configOf(
      "openai_chat",
      "http://localhost:8000/v1/chat/completions",
      { type: "none" },
      {
        model: "your-model",
        messages: "{{ messages }}",
      },
    ),
    notes: [
      "Put the address of the server in place of this one, and its model into the body.",
      "If it asks for a key, choose “Bearer token” and enter the key as the secret.",
      systemMessage,
    ],
  },
];
