/** The insurance assistant as an HTTP application, as a team's own chatbot would be. */
import { randomUUID } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { setTimeout as delay } from "node:timers/promises";
import { z } from "zod";
import { listenLoopback } from "../listen-loopback.ts";
import { answerMessage } from "./answer.ts";
import type { Memory } from "./rules.ts";

const chatRequest = z.object({ message: z.string().max(20_000), session_id: z.string().max(200).nullish() });
const maxBodyBytes = 100_000;
const maxSessions = 10_000;

export type Chatbot = { url: string; close(): Promise<void> };

/**
 * Serves `POST /chat` with `{message, session_id?}`; answers `{reply, session_id, sources, intent, confidence}`.
 * `?latency_ms=` (at most 60,000) makes it as slow as a model. `url` is the address of `/chat`.
 *
 * @param options.port preferred port; 0 or missing for any
 */
export async function startChatbot(options: { port?: number } = {}): Promise<Chatbot> {
  const sessions = new Map<string, Memory>();
  const server = await listenLoopback(
    (request, response) => void handle(sessions, request, response),
    options.port ?? 0,
  );
  return { url: `http://127.0.0.1:${server.port}/chat`, close: () => server.close() };
}

async function handle(
  sessions: Map<string, Memory>,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  try {
    const url = new URL(request.url ?? "/", "http://127.0.0.1");
    if (url.pathname === "/healthz") return send(response, 200, { status: "ok" });
    if (url.pathname !== "/chat") return send(response, 404, { error: "Unknown address. Use POST /chat." });
    if (request.method !== "POST") return send(response, 405, { error: "Use POST." });
    const body = await readBody(request);
    if (body === null) return send(response, 413, { error: "The message is too long." });
    const parsed = parse(body);
    if (parsed === null) return send(response, 400, { error: "Send JSON with a text named message." });
    const latency = Number(url.searchParams.get("latency_ms") ?? 0);
    if (latency > 0) await delay(Math.min(latency, 60_000));
    const session_id = parsed.session_id || randomUUID();
    return send(response, 200, { ...answerMessage(parsed.message, memoryOf(sessions, session_id)), session_id });
  } catch {
    // The caller went away while sending.
    response.destroy();
  }
}

function parse(body: string): z.infer<typeof chatRequest> | null {
  try {
    return chatRequest.parse(JSON.parse(body));
  } catch {
    return null;
  }
}

/** The memory of a conversation. The one unused for longest is forgotten when there are too many. */
function memoryOf(sessions: Map<string, Memory>, id: string): Memory {
  const memory = sessions.get(id) ?? { name: null, product: null, intent: null };
  sessions.delete(id);
  sessions.set(id, memory);
  const oldest = sessions.keys().next().value;
  if (sessions.size > maxSessions && oldest !== undefined) sessions.delete(oldest);
  return memory;
}

async function readBody(request: IncomingMessage): Promise<string | null> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    size += (chunk as Buffer).length;
    if (size > maxBodyBytes) return null;
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks).toString("utf8");
}

function send(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { "content-type": "application/json; charset=utf-8" });
  response.end(JSON.stringify(body));
}
