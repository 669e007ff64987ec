/**
 * The chat APIs that there are presets for, as their documentation describes them: what a request has to hold, what is
 * refused, and what an answer looks like. The last message is repeated; one that says “tool” is answered by a tool call.
 * Ollama answers word by word, as it does unless told otherwise.
 */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { z } from "zod";

export type ChatApiCall = { path: string; headers: Record<string, string>; body: unknown; turns: Turn[] };
type Turn = { role: string; text: string };
export type ChatApiFakes = { url: string; calls: ChatApiCall[]; close(): Promise<void> };

export const chatApiKey = "chat-api-key-4c1f";

type Fake = {
  path: RegExp;
  /** Whether the call says who it is, as this API wants it. */
  isSignedIn: (headers: Record<string, string>, query: URLSearchParams) => boolean;
  /** The turns of a well-formed request. @throws ZodError for any other */
  read: (body: unknown, query: URLSearchParams) => Turn[];
  answer: (text: string, callsTool: boolean) => unknown;
};

const bearer = (headers: Record<string, string>) => headers["authorization"] === `Bearer ${chatApiKey}`;
const args = { city: "Berlin" };
const usage = { prompt_tokens: 9, completion_tokens: 5, total_tokens: 14 };

const textPart = z.strictObject({ type: z.literal("text"), text: z.string() });
const content = z.union([z.string().min(1), z.array(textPart).min(1)]);
const textOf = (said: z.infer<typeof content>) =>
  typeof said === "string" ? said : said.map(({ text }) => text).join("");

const openAiTurn = z.strictObject({ role: z.enum(["developer", "system", "user", "assistant"]), content });
const openAiChat = {
  messages: z.array(openAiTurn).min(1),
  temperature: z.number().optional(),
  max_completion_tokens: z.int().optional(),
  stream: z.literal(false).optional(),
};
const readOpenAi = (turns: z.infer<typeof openAiTurn>[]): Turn[] =>
  turns.map(({ role, content: said }) => ({ role, text: textOf(said) }));

const answerOpenAi: Fake["answer"] = (text, callsTool) => {
  const call = { id: "call_1", type: "function", function: { name: "weather", arguments: JSON.stringify(args) } };
  const message = callsTool
    ? { role: "assistant", content: null, tool_calls: [call] }
    : { role: "assistant", content: text, refusal: null };
  return {
    id: "chatcmpl-1",
    object: "chat.completion",
    choices: [{ index: 0, message, finish_reason: "stop" }],
    usage,
  };
};

const responsesInput = z.strictObject({
  model: z.string().min(1),
  input: z.union([
    z.string().min(1),
    z.array(z.strictObject({ role: openAiTurn.shape.role, content: z.string() })).min(1),
  ]),
  instructions: z.string().optional(),
  store: z.boolean().optional(),
  previous_response_id: z.string().optional(),
});

const anthropicInput = z.strictObject({
  model: z.string().min(1),
  max_tokens: z.int().min(1),
  system: z.string().optional(),
  messages: z.array(z.strictObject({ role: z.enum(["user", "assistant"]), content })).min(1),
});

const geminiInput = z.strictObject({
  contents: z
    .array(
      z.strictObject({
        role: z.enum(["user", "model"]),
        parts: z.array(z.strictObject({ text: z.string() })).min(1),
      }),
    )
    .min(1),
  systemInstruction: z.unknown().optional(),
  generationConfig: z.unknown().optional(),
});

const ollamaInput = z.looseObject({
  model: z.string().min(1),
  messages: z.array(z.strictObject({ role: z.enum(["system", "user", "assistant"]), content: z.string() })).min(1),
  stream: z.literal(true).optional(),
});

const fakes: Fake[] = [
  {
    path: /^\/v1\/chat\/completions$/,
    isSignedIn: bearer,
    read: (body) => readOpenAi(z.strictObject({ model: z.string().min(1), ...openAiChat }).parse(body).messages),
    answer: answerOpenAi,
  },
  {
    path: /^\/v1\/responses$/,
    isSignedIn: bearer,
    read: (body) => {
      const { input } = responsesInput.parse(body);
      return typeof input === "string" ? [{ role: "user", text: input }] : readOpenAi(input);
    },
    answer: (text, callsTool) => ({
      id: "resp_1",
      object: "response",
      output: [
        { type: "reasoning", id: "rs_1", summary: [] },
        callsTool
          ? { type: "function_call", call_id: "call_1", name: "weather", arguments: JSON.stringify(args) }
          : { type: "message", role: "assistant", content: [{ type: "output_text", text, annotations: [] }] },
      ],
      usage: { input_tokens: 9, output_tokens: 5 },
    }),
  },
  {
    path: /^\/v1\/messages$/,
    isSignedIn: (headers) => headers["x-api-key"] === chatApiKey && headers["anthropic-version"] === "2023-06-01",
    read: (body) =>
      anthropicInput.parse(body).messages.map(({ role, content: said }) => ({ role, text: textOf(said) })),
    answer: (text, callsTool) => ({
      id: "msg_1",
      type: "message",
      role: "assistant",
      content: [callsTool ? { type: "tool_use", id: "t1", name: "weather", input: args } : { type: "text", text }],
      stop_reason: "end_turn",
      usage: { input_tokens: 9, output_tokens: 5 },
    }),
  },
  {
    path: /^\/v1beta\/models\/[\w.-]+:generateContent$/,
    isSignedIn: (headers, query) => (headers["x-goog-api-key"] ?? query.get("key")) === chatApiKey,
    read: (body) =>
      geminiInput.parse(body).contents.map(({ role, parts }) => ({
        role: role === "model" ? "assistant" : role,
        text: parts.map(({ text }) => text).join(""),
      })),
    answer: (text, callsTool) => ({
      candidates: [
        { content: { role: "model", parts: [callsTool ? { functionCall: { name: "weather", args } } : { text }] } },
      ],
      usageMetadata: { totalTokenCount: 14 },
    }),
  },
  {
    path: /^\/openai\/deployments\/[\w-]+\/chat\/completions$/,
    isSignedIn: (headers, query) =>
      headers["api-key"] === chatApiKey && /^\d{4}-\d\d-\d\d(?:-preview)?$/.test(query.get("api-version") ?? ""),
    read: (body) => readOpenAi(z.strictObject(openAiChat).parse(body).messages),
    answer: answerOpenAi,
  },
  {
    path: /^\/api\/chat$/,
    isSignedIn: () => true,
    read: (body) => ollamaInput.parse(body).messages.map(({ role, content: text }) => ({ role, text })),
    answer: (text, callsTool) => {
      const call = { role: "assistant", content: "", tool_calls: [{ function: { name: "weather", arguments: args } }] };
      const said = text.split(/(?<=\s)/).map((content) => ({ role: "assistant", content }));
      return lines([
        ...(callsTool ? [call] : said).map((message) => ({ model: "llama3.3", message, done: false })),
        { model: "llama3.3", message: { role: "assistant", content: "" }, done: true, total_duration: 7 },
      ]);
    },
  },
];

/** All of them on one loopback port, each at its own path. */
export async function startChatApiFakes(): Promise<ChatApiFakes> {
  const calls: ChatApiCall[] = [];
  const server = createServer((request, response) => {
    answer(request, response, calls).catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    calls,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function answer(request: IncomingMessage, response: ServerResponse, calls: ChatApiCall[]): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const url = new URL(request.url ?? "/", "http://fake");
  const headers = Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)]));
  const fake = fakes.find(({ path }) => path.test(url.pathname));
  if (fake === undefined || request.method !== "POST")
    return send(response, 404, { error: { message: "No such path" } });
  if (!fake.isSignedIn(headers, url.searchParams)) return send(response, 401, { error: { message: "Who are you?" } });
  if (headers["content-type"]?.startsWith("application/json") !== true)
    return send(response, 415, { error: { message: "Only JSON" } });
  try {
    const body: unknown = JSON.parse(Buffer.concat(chunks).toString("utf8"));
    const turns = fake.read(body, url.searchParams);
    calls.push({ path: url.pathname, headers, body, turns });
    const said = turns.at(-1)?.text ?? "";
    return send(response, 200, fake.answer(`You said: ${said}`, said.includes("tool")));
  } catch (error) {
    return send(response, 400, { error: { message: error instanceof Error ? error.message : "Bad request" } });
  }
}

/** An answer of one JSON text a line. */
class JsonLines {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

function lines(list: readonly object[]): JsonLines {
  return new JsonLines(list.map((line) => `${JSON.stringify(line)}\n`).join(""));
}

function send(response: ServerResponse, status: number, body: unknown): void {
  if (body instanceof JsonLines)
    return void response.writeHead(status, { "content-type": "application/x-ndjson" }).end(body.text);
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
}
