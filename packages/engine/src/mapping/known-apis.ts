/** Chat APIs that many applications have, or imitate: how to recognise a call of one, and where its answer is. */
import type { Json, ResponseMapping, TargetConfig } from "../target/schema.ts";

/** How an answer is read: in one piece or in several. */
export type Reading = Pick<TargetConfig, "response_format" | "response_mapping" | "stream">;

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

function pieces(
  response_format: "sse" | "json_lines",
  response_mapping: ResponseMapping,
  done: string,
): Reading & { stream: { done: string } } {
  return { response_format, response_mapping, stream: { done, join: "concat" } };
}

/** The same of answers that come in pieces. Tool calls are left out where they come in fragments. */
export const knownStreams = {
  openai_chat: pieces("sse", { output: "$.choices[0].delta.content", metadata: "$.usage" }, "[DONE]"),
  openai_responses: pieces(
    "sse",
    {
      output: '{{ delta if type == "response.output_text.delta" }}',
      tool_calls: "$.response.output[?@.type=='function_call']",
      metadata: "$.response.usage",
    },
    '{{ type in ["response.completed", "response.incomplete"] }}',
  ),
  anthropic: pieces("sse", { output: "$.delta.text", metadata: "$.usage" }, "message_stop"),
  gemini: pieces("sse", knownAnswers.gemini, "$.candidates[0].finishReason"),
  ollama_chat: pieces("json_lines", knownAnswers.ollama_chat, "$.done"),
  ollama_generate: pieces("json_lines", knownAnswers.ollama_generate, "$.done"),
} as const satisfies Record<KnownApi, Reading>;

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
  if (/:(?:g|streamG)enerateContent$/.test(path) && has(body, "contents")) return "gemini";
  if (path.endsWith("/api/chat") && has(body, "messages") && has(body, "model")) return "ollama_chat";
  if (path.endsWith("/api/generate") && has(body, "prompt") && has(body, "model")) return "ollama_generate";
  return null;
}

export type AsKnown = {
  mapping: Json;
  /** Null where it is a call of no known API. */
  reading: Reading | null;
  notes: string[];
};

/**
 * Where the answer to a call is, if it is a call of a known API.
 * @param streams whether the answer comes in pieces; null where the call alone decides that
 */
export function asKnownApi(path: string, mapping: Json, streams: boolean | null): AsKnown {
  const api = knownApi(path, mapping);
  if (api === null) return { mapping, reading: null, notes: [] };
  const byItself = path.endsWith(":streamGenerateContent");
  const unlessTold = api.startsWith("ollama") && !has(mapping, "stream");
  const inPieces = byItself || (streams ?? unlessTold);
  const title = titleOfApi(api);
  const notes = [`This looks like a call of ${title}, so the places of the answer are filled in as well.`];
  if (inPieces && unlessTold) notes.push(`${title} answers piece by piece unless told otherwise, and is read so.`);
  if (inPieces && (api === "openai_chat" || api === "anthropic")) notes.push(fragments);
  const isOff = unlessTold && !inPieces;
  return {
    mapping: isOff ? { ...(mapping as { [key: string]: Json }), stream: false } : mapping,
    reading: withId(inPieces ? knownStreams[api] : wholeOf(api), has(mapping, "previous_response_id")),
    notes,
  };
}

const fragments = "Calls of tools come in fragments in this stream, so they are not read.";

function wholeOf(api: KnownApi): Reading {
  return { response_format: "json", response_mapping: knownAnswers[api], stream: null };
}

function withId(reading: Reading, goesOn: boolean): Reading {
  const { response_mapping } = reading;
  if (!goesOn || response_mapping === null) return reading;
  const conversation_id = reading.response_format === "json" ? "$.id" : "$.response.id";
  return { ...reading, response_mapping: { ...response_mapping, conversation_id } };
}

function has(body: Json, key: string): boolean {
  return typeof body === "object" && body !== null && !Array.isArray(body) && Object.hasOwn(body, key);
}
