/** Streamed answers as providers and home-made applications send them, and how each is read. */
import { targetConfig, type TargetConfig } from "@rhesis/engine/target/schema";

export type StreamShape = {
  /** How a target that answers like this is configured, but for its address. */
  config: Pick<TargetConfig, "response_format" | "response_mapping" | "stream">;
  content_type: string;
  body: string;
  /** The answer in `body`. */
  answer: { output: string; conversation_id?: string; context?: string[]; metadata?: object };
};

const text = "Zebras are 🦓 striped.\n\nAre they? Ja – größtenteils.";
const pieces = ["Zebras", " are ", "🦓", " striped.", "\n\n", "Are they? Ja – gr", "ößtenteils."];

function config(changes: object): StreamShape["config"] {
  return targetConfig.parse({ url: "http://placeholder.example/", ...changes });
}

function events(list: readonly unknown[], ending = "\n"): string {
  return list.map((data) => `data: ${JSON.stringify(data)}${ending}${ending}`).join("");
}

type Typed = { type: string; [key: string]: unknown };

function typed(list: readonly Typed[], ending = "\n"): string {
  return list.map((data) => `event: ${data.type}${ending}data: ${JSON.stringify(data)}${ending}${ending}`).join("");
}

function lines(list: readonly unknown[]): string {
  return list.map((data) => `${JSON.stringify(data)}\n`).join("");
}

const sse = "text/event-stream";

const openai: StreamShape = {
  config: config({
    response_format: "sse",
    response_mapping: { output: "$.choices[0].delta.content", metadata: "$.usage" },
    stream: { done: "[DONE]" },
  }),
  content_type: "text/event-stream; charset=utf-8",
  body: `: waiting\n\n${events([
    { id: "c-1", choices: [{ index: 0, delta: { role: "assistant", content: "" }, finish_reason: null }], usage: null },
    ...pieces.map((content) => ({ id: "c-1", choices: [{ index: 0, delta: { content } }], usage: null })),
    { id: "c-1", choices: [{ index: 0, delta: {}, finish_reason: "stop" }], usage: null },
    { id: "c-1", choices: [], usage: { total_tokens: 9 } },
  ])}data: [DONE]\n\n`,
  answer: { output: text, metadata: { total_tokens: 9 } },
};

const responses: StreamShape = {
  config: config({
    response_format: "sse",
    response_mapping: {
      output: '{{ delta if type == "response.output_text.delta" }}',
      conversation_id: "$.response.id",
      metadata: "$.response.usage",
    },
    stream: { done: "response.completed" },
  }),
  content_type: sse,
  body: typed([
    { type: "response.created", response: { id: "r-1", error: null, usage: null } },
    { type: "response.reasoning_summary_text.delta", delta: "Thinking of zebras" },
    ...pieces.map((delta) => ({ type: "response.output_text.delta", delta })),
    { type: "response.completed", response: { id: "r-1", error: null, usage: { total_tokens: 9 } } },
  ]),
  answer: { output: text, conversation_id: "r-1", metadata: { total_tokens: 9 } },
};

const anthropic: StreamShape = {
  config: config({
    response_format: "sse",
    response_mapping: { output: "$.delta.text", metadata: "$.usage" },
    stream: { done: "message_stop" },
  }),
  content_type: sse,
  body: typed(
    [
      { type: "message_start", message: { id: "m-1", content: [], usage: { input_tokens: 4 } } },
      { type: "content_block_start", index: 0, content_block: { type: "text", text: "" } },
      { type: "ping" },
      { type: "content_block_delta", index: 0, delta: { type: "thinking_delta", thinking: "Zebras?" } },
      ...pieces.map((part) => ({ type: "content_block_delta", index: 0, delta: { type: "text_delta", text: part } })),
      { type: "message_delta", delta: { stop_reason: "end_turn" }, usage: { output_tokens: 5 } },
      { type: "message_stop" },
    ],
    "\r\n",
  ),
  answer: { output: text, metadata: { output_tokens: 5 } },
};

const gemini: StreamShape = {
  config: config({
    response_format: "sse",
    response_mapping: { output: "$.candidates[0].content.parts[0].text", metadata: "$.usageMetadata" },
    stream: { done: "$.candidates[0].finishReason" },
  }),
  content_type: sse,
  body: events(
    pieces.map((part, index) => ({
      candidates: [
        {
          content: { parts: [{ text: part }], role: "model" },
          ...(index === pieces.length - 1 ? { finishReason: "STOP" } : {}),
        },
      ],
      usageMetadata: { totalTokenCount: index },
    })),
    "\r\n",
  ),
  answer: { output: text, metadata: { totalTokenCount: pieces.length - 1 } },
};

const ollama: StreamShape = {
  config: config({
    response_format: "json_lines",
    response_mapping: { output: "$.message.content", metadata: "{{ {'ms': total_duration} | tojson if done }}" },
    stream: { done: "$.done" },
  }),
  content_type: "application/x-ndjson",
  body: lines([
    ...pieces.map((content) => ({ model: "m", message: { role: "assistant", content }, done: false })),
    { model: "m", message: { role: "assistant", content: "" }, done: true, total_duration: 7 },
  ]),
  answer: { output: text, metadata: { ms: 7 } },
};

/** Dify and its like: the type of an event is one of its own keys. */
const own_types: StreamShape = {
  config: config({
    response_format: "sse",
    response_mapping: { output: '{{ answer if event == "message" }}', context: "$.metadata.sources[*].text" },
    stream: { done: "message_end" },
  }),
  content_type: sse,
  body: events([
    { event: "workflow_started", conversation_id: "d-1", answer: "not this" },
    ...pieces.map((answer) => ({ event: "message", conversation_id: "d-1", answer })),
    { event: "message_end", conversation_id: "d-1", metadata: { sources: [{ text: "A" }, { text: "B" }] } },
  ]),
  answer: { output: text, conversation_id: "d-1", context: ["A", "B"] },
};

/** Every line holds the whole answer so far, and the end of the response is its end. */
const growing: StreamShape = {
  config: config({
    response_format: "json_lines",
    response_mapping: { output: "$.text" },
    stream: { join: "last" },
  }),
  content_type: "application/json",
  body: lines(pieces.map((_piece, index) => ({ text: pieces.slice(0, index + 1).join("") }))),
  answer: { output: text },
};

/** Text that is not JSON, a line of it per `data:`. */
const plain: StreamShape = {
  config: config({ response_format: "sse" }),
  content_type: sse,
  body: pieces
    .map(
      (piece) =>
        `${piece
          .split("\n")
          .map((line) => `data: ${line}\n`)
          .join("")}\n`,
    )
    .join(""),
  answer: { output: text },
};

/** Text in events of one type beside JSON in others. */
const mixed: StreamShape = {
  config: config({
    response_format: "sse",
    response_mapping: {
      output: '{{ data if event == "token" }}',
      context: '{{ response | tojson if event == "sources" }}',
    },
    stream: { done: "end" },
  }),
  content_type: sse,
  body: `event: sources\ndata: ["A", "B"]\n\n${plain.body.replaceAll(/^data:|\n\ndata:/g, (mark) =>
    mark.replace("data:", "event: token\ndata:"),
  )}event: end\ndata:\n\n`,
  answer: { output: text, context: ["A", "B"] },
};

export const streamShapes = {
  openai,
  responses,
  anthropic,
  gemini,
  ollama,
  own_types,
  growing,
  plain,
  mixed,
} satisfies Record<string, StreamShape>;
