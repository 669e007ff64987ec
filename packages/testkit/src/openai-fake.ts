/** An OpenAI-compatible server for tests. How it behaves is told by the name of the model that is asked for. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { z } from "zod";
import { conversationReply } from "./openai-fake-conversation.ts";

export const openAiFakeModels = [
  "right",
  "gullible",
  "slow",
  "rate-limited",
  "always-rate-limited",
  "broken-json",
  "broken-once",
  "out-of-range",
  "out-of-range-once",
  "invents-quotes",
  "refuses",
  "filtered",
  "error-500",
  "unauthorized",
  "redirects",
  "hungry",
  "silent",
  "insatiable",
] as const;

const chatRequest = z.looseObject({
  model: z.string(),
  temperature: z.number().optional(),
  max_tokens: z.number().optional(),
  messages: z.array(z.looseObject({ role: z.string(), content: z.string() })),
  response_format: z
    .looseObject({
      type: z.string(),
      json_schema: z.looseObject({ name: z.string(), schema: z.looseObject({}) }).optional(),
    })
    .optional(),
});
type ChatRequest = z.infer<typeof chatRequest>;

export type OpenAiFakeRequest = {
  at: number;
  path: string;
  headers: Record<string, string>;
  body: ChatRequest;
  /** The parts between the marks of the prompt, in order. */
  data: { name: string; text: string }[];
  /** Instructions and prompt with those parts taken out: what a model may obey. */
  outside: string;
};

export type OpenAiFakeOptions = {
  /** How long "slow" takes, in milliseconds. */
  slow_ms?: number;
  /** What `Retry-After` of "rate-limited" says, in seconds. */
  retry_after_seconds?: number;
  /** Bearer token that is asked for; any is accepted if left out. */
  api_key?: string;
};

export type OpenAiFake = {
  url: string;
  requests: OpenAiFakeRequest[];
  /** Tokens of all requests that it has read for a model, also of those that got no reply or an error. */
  tokens(): number;
  close(): Promise<void>;
};

type Usage = { prompt_tokens: number; completion_tokens: number; total_tokens: number };

/** "hungry" thinks a lot, and "insatiable" more than it was allowed to. */
function usageOf({ body }: OpenAiFakeRequest): Usage {
  const [prompt_tokens, completion_tokens] =
    body.model === "hungry" ? [600, 3_400] : body.model === "insatiable" ? [600, 20_000] : [120, 30];
  return { prompt_tokens, completion_tokens, total_tokens: prompt_tokens + completion_tokens };
}

const unread = new Set(["unauthorized", "redirects", "always-rate-limited"]);

function readTokens(requests: OpenAiFakeRequest[]): number {
  const read = requests.filter(({ body }) => !unread.has(body.model));
  return read.reduce((sum, request) => sum + usageOf(request).total_tokens, 0);
}

/** Starts the fake on loopback, on a free port. `url` is the base URL (ends in /v1); `close` ends open calls too. */
export async function startOpenAiFake(options: OpenAiFakeOptions = {}): Promise<OpenAiFake> {
  const requests: OpenAiFakeRequest[] = [];
  const server = createServer((request, response) => {
    answer(request, response, requests, options).catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const tokens = (): number => readTokens(requests);
  return { url: `http://127.0.0.1:${port}/v1`, requests, tokens, close: () => closeServer(server) };
}

function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  requests: OpenAiFakeRequest[],
  options: OpenAiFakeOptions,
): Promise<void> {
  const parsed = chatRequest.safeParse(await readJson(request));
  if (request.method !== "POST" || !request.url?.endsWith("/chat/completions") || !parsed.success)
    return fail(response, 404, "Unknown path or request");
  const headers = Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)]));
  const seen = { at: performance.now(), path: request.url, headers, body: parsed.data, ...readPrompt(parsed.data) };
  requests.push(seen);
  const key = headers["authorization"]?.replace(/^Bearer /, "");
  if (parsed.data.model === "unauthorized" || (options.api_key !== undefined && key !== options.api_key))
    return fail(response, 401, `Incorrect API key provided: ${key ?? "none"}`);
  const earlier = requests.filter((other) => other.body.model === seen.body.model).length - 1;
  return behave(seen, response, { earlier, options });
}

function repliesTo(seen: OpenAiFakeRequest) {
  const right = JSON.stringify(conversationReply(seen) ?? judgement(seen));
  const usage = seen.body.model === "silent" ? null : usageOf(seen);
  const reply = (to: ServerResponse, content: string, finish_reason = "stop"): void =>
    sendReply(to, { content, finish_reason, usage });
  return { right, reply };
}

async function behave(
  seen: OpenAiFakeRequest,
  response: ServerResponse,
  { earlier, options }: { earlier: number; options: OpenAiFakeOptions },
): Promise<void> {
  const { right, reply } = repliesTo(seen);
  switch (seen.body.model) {
    case "slow":
      await new Promise((resolve) => setTimeout(resolve, options.slow_ms ?? 2000).unref());
      return reply(response, right);
    case "rate-limited":
      if (earlier > 0) return reply(response, right);
      response.setHeader("retry-after", String(options.retry_after_seconds ?? 1));
      return fail(response, 429, "Rate limit reached");
    case "always-rate-limited":
      response.setHeader("retry-after", String(options.retry_after_seconds ?? 1));
      return fail(response, 429, "Rate limit reached");
    case "broken-json":
      return reply(response, '{"reason": "cut off in the mid');
    case "broken-once":
      return reply(response, earlier === 0 ? "The score is quite high." : right);
    case "out-of-range":
      return reply(response, outOfRange);
    case "out-of-range-once":
      return reply(response, earlier === 0 ? outOfRange : right);
    case "refuses":
      return reply(response, "I'm sorry, but I can't help with that.");
    case "filtered":
      return reply(response, "", "content_filter");
    case "error-500":
      return fail(response, 500, "The server had an error");
    case "redirects":
      response.setHeader("location", "/v1/elsewhere");
      return fail(response, 307, "Moved");
    default:
      return reply(response, right);
  }
}

const outOfRange = '{"reason": "Beyond all bounds", "score": 1000000, "category": "no such category", "reply": 7}';

/**
 * The rule of "right": good where the answer contains the expected text (or is not empty, without one). A model that
 * is "gullible" obeys an order to pass, but only if it stands outside of the data.
 */
function judgement(seen: OpenAiFakeRequest): Record<string, unknown> {
  const part = (name: string): string | undefined => seen.data.findLast((block) => block.name === name)?.text;
  const answered = (part("answer") ?? "").toLowerCase();
  const expected = part("expected")?.toLowerCase();
  const obeys = seen.body.model === "gullible" && /full marks|passing score|ignore (?:all|the|any)/i.test(seen.outside);
  const good = obeys || (expected === undefined ? answered.trim() !== "" : answered.includes(expected));
  const properties = z
    .record(z.string(), z.looseObject({ description: z.string().optional(), enum: z.array(z.string()).optional() }))
    .parse(seen.body.response_format?.json_schema?.schema["properties"] ?? {});
  const fields: Record<string, unknown> = {};
  for (const [name, { description, enum: choices }] of Object.entries(properties)) {
    const [, low, high] = /from (-?[\d.]+) to (-?[\d.]+)/.exec(description ?? "") ?? [];
    if (choices) fields[name] = good ? choices[0] : choices.at(-1);
    else if (low !== undefined) fields[name] = Number(good ? high : low);
    else fields[name] = good ? "The answer contains what was expected." : "The answer lacks what was expected.";
  }
  return fields;
}

function readPrompt(body: ChatRequest): { data: { name: string; text: string }[]; outside: string } {
  const block = /<data-([0-9a-f]{16,}) name="(\w+)">\n([\s\S]*?)\n<\/data-\1>/g;
  const prompt = body.messages.filter(({ role }) => role === "user").map(({ content }) => content);
  const rest = body.messages.filter(({ role }) => role !== "user").map(({ content }) => content);
  const text = prompt.join("\n\n");
  const data = [...text.matchAll(block)].map(([, , name = "", part = ""]) => ({ name, text: part }));
  return { data, outside: [...rest, text.replace(block, "")].join("\n\n") };
}

async function readJson(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  try {
    return JSON.parse(Buffer.concat(chunks).toString("utf8"));
  } catch {
    return null;
  }
}

function sendReply(
  response: ServerResponse,
  { content, finish_reason, usage }: { content: string; finish_reason: string; usage: Usage | null },
): void {
  const choices = [{ index: 0, message: { role: "assistant", content }, finish_reason }];
  const body = {
    id: "chatcmpl-fake",
    object: "chat.completion",
    created: 0,
    model: "fake",
    choices,
    ...(usage && { usage }),
  };
  response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(body));
}

function fail(response: ServerResponse, status: number, message: string): void {
  const body = { error: { message, type: "fake_error", code: status } };
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
}
