/** Calls as an attacker makes them: raw HTTP to either transport, everything of the answer kept. */
import superjson from "superjson";
import { operationsOf, type Operation } from "@rhesis/api/rest/operations";
import { appRouter } from "@rhesis/router/root";
import type { ProcedureMeta } from "@rhesis/router/trpc";
import type { z } from "zod";

export type Reply = { status: number; headers: Record<string, string>; text: string };

export type Procedure = {
  name: string;
  type: "query" | "mutation" | "subscription";
  permission: ProcedureMeta["permission"];
  input: z.ZodType;
  rest: Operation | undefined;
};

type Definition = { type: Procedure["type"]; meta: ProcedureMeta; inputs: z.ZodType[] };

const operations = new Map(operationsOf(appRouter).map((operation) => [operation.name, operation]));

/** Every procedure there is. */
export const catalogue: Procedure[] = Object.entries(appRouter._def.procedures).map(([name, procedure]) => {
  const { type, meta, inputs } = (procedure as unknown as { _def: Definition })._def;
  const [input] = inputs;
  if (input === undefined) throw new Error(`${name} has no input schema`);
  return { name, type, permission: meta.permission, input, rest: operations.get(name) };
});

/** One request. The body of an event stream is read until its first event or error. */
export async function ask(url: string, init: RequestInit): Promise<Reply> {
  const response = await fetch(url, { redirect: "manual", ...init });
  const headers = Object.fromEntries(response.headers);
  const isStream = headers["content-type"]?.startsWith("text/event-stream") === true;
  const text = isStream ? await firstEvent(response) : await response.text();
  return { status: response.status, headers, text };
}

async function firstEvent(response: Response): Promise<string> {
  let text = "";
  const decoder = new TextDecoder();
  for await (const chunk of response.body ?? []) {
    text += decoder.decode(chunk, { stream: true });
    if (/^(id|event: serialized-error)/m.test(text)) break;
  }
  return text;
}

/** Over tRPC. */
export function callTrpc(
  base: string,
  headers: Record<string, string>,
  { name, type }: Procedure,
  input: unknown,
): Promise<Reply> {
  const text = JSON.stringify(superjson.serialize(input));
  if (type === "mutation") {
    const json = { ...headers, "content-type": "application/json" };
    return ask(`${base}/trpc/${name}`, { method: "POST", headers: json, body: text });
  }
  return ask(`${base}/trpc/${name}?input=${encodeURIComponent(text)}`, { headers });
}

/** Over REST. */
export function callRest(
  base: string,
  headers: Record<string, string>,
  operation: Operation,
  input: Record<string, unknown>,
): Promise<Reply> {
  const { method, path, path_names, takes_body } = operation;
  const filled = path.replaceAll(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(String(input[name])));
  const rest = Object.fromEntries(Object.entries(input).filter(([name]) => !path_names.includes(name)));
  if (takes_body) {
    const json = { ...headers, "content-type": "application/json" };
    return ask(`${base}/api/v1${filled}`, { method, headers: json, body: JSON.stringify(rest) });
  }
  const query = new URLSearchParams(Object.entries(rest).map(([name, value]) => [name, String(value)]));
  return ask(`${base}/api/v1${filled}?${query}`, { method, headers });
}

const told = new Set(["date", "x-request-id", "ratelimit", "etag", "content-length", "keep-alive", "connection"]);

/** What two answers have to have in common to tell nothing: all but ids, times and how long it took. */
export function shapeOf({ status, headers, text }: Reply, ids: readonly string[] = []): object {
  let body = text;
  for (const id of ids) body = body.replaceAll(id, "<id>");
  body = body
    .replaceAll(/"(request_id|created_at|updated_at|started_at)":"[^"]*"/g, '"$1":"…"')
    .replaceAll(/"(duration_ms|latency_ms)":[\d.e-]+/g, '"$1":0');
  return { status, headers: Object.entries(headers).filter(([name]) => !told.has(name)), body };
}
