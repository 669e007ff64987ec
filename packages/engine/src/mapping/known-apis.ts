/** Chat APIs that many applications have, or imitate: how to recognise a call of one, and where its answer is. */
import type { Json, ResponseMapping } from "../target/schema.ts";

export const knownAnswers = {
  openai_chat: {
    output: "$.choices[0].message.content",
    tool_calls: "$.choices[0].message.tool_calls[*]",
    metadata: "$.usage",
  },
  openai_responses: {
    output: "$.output[?@.type=='message'].content[?@.type=='output_text'].text",
    tool_calls: "$.output[?@.type=='function_call']",
    metadata: "$.usage",
  },
  anthropic: {
    output: "$.content[?@.type=='text'].text",
    tool_calls: "$.content[?@.type=='tool_use']",
    metadata: "$.usage",
  },
  gemini: {
    output: "$.candidates[0].content.parts[?@.text].text",
    tool_calls: "$.candidates[0].content.parts[*].functionCall",
    metadata: "$.usageMetadata",
  },
  ollama_chat: { output: "$.message.content", tool_calls: "$.message.tool_calls[*]" },
  ollama_generate: { output: "$.response" },
} as const satisfies Record<string, ResponseMapping>;
export type KnownApi = keyof typeof knownAnswers;

const titles: Record<KnownApi, string> = {
  openai_chat: "OpenAI chat completions",
  openai_responses: "OpenAI responses",
  anthropic: "Anthropic messages",
  gemini: "Gemini",
  ollama_chat: "Ollama",
  ollama_generate: "Ollama",
};

export function titleOfApi(api: KnownApi): string {
  return titles[api];
}

/** The API that a call looks like, by its address and the keys of its body. */
function knownApi(path: string, body: Json): KnownApi | null {
  if (path.endsWith("/chat/completions") && has(body, "messages")) return "openai_chat";
  if (path.endsWith("/responses") && has(body, "input")) return "openai_responses";
  if (path.endsWith("/messages") && has(body, "messages") && has(body, "max_tokens")) return "anthropic";
  if (path.endsWith(":generateContent") && has(body, "contents")) return "gemini";
  if (path.endsWith("/api/chat") && has(body, "messages") && has(body, "model")) return "ollama_chat";
  if (path.endsWith("/api/generate") && has(body, "prompt") && has(body, "model")) return "ollama_generate";
  return null;
}

export type AsKnown = { mapping: Json; response_mapping: ResponseMapping | null; notes: string[] };

/** A call, made to answer in one piece where it is one of a known API, and where its answer then is. */
export function asKnownApi(path: string, mapping: Json): AsKnown {
  const api = knownApi(path, mapping);
  if (api === null) return { mapping, response_mapping: null, notes: [] };
  const notes = [`This looks like a call of ${titleOfApi(api)}, so the places of the answer are filled in as well.`];
  const streams = api.startsWith("ollama") && !has(mapping, "stream");
  return {
    mapping: streams ? { ...(mapping as { [key: string]: Json }), stream: false } : mapping,
    response_mapping: {
      ...knownAnswers[api],
      ...(has(mapping, "previous_response_id") ? { conversation_id: "$.id" } : {}),
    },
    notes,
  };
}

function has(body: Json, key: string): boolean {
  return typeof body === "object" && body !== null && !Array.isArray(body) && Object.hasOwn(body, key);
}
