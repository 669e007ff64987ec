/** REST under /api/v1: the router's procedures, called directly. */
import { AppError } from "@rhesis/telemetry/app-error";
import { callProcedure } from "../host/call-procedure.ts";
import { headerOf, signalOf, type Exchange } from "../host/exchange.ts";
import { contextOf, type Host } from "../host/host.ts";
import { HttpProblem, problemFrom } from "../host/problem.ts";
import { send, sendProblem, type Answer } from "../host/send.ts";
import type { Operation } from "./operations.ts";
import { readInput } from "./read-input.ts";
import type { RouteTable } from "./route-table.ts";

export const restPrefix = "/api/v1";

/** Answers any request under the prefix; every failure is a problem document. */
export async function handleRest(host: Host, table: RouteTable, exchange: Exchange): Promise<void> {
  exchange.transport = "rest";
  try {
    const answer = await answerRest(host, table, exchange);
    await send(exchange, answer);
  } catch (error) {
    if (problemFrom(error, "").status === 500) {
      host.logger.error({ err: error, procedure: exchange.route }, "a call failed");
    }
    await sendProblem(exchange, error);
  }
}

async function answerRest(host: Host, table: RouteTable, exchange: Exchange): Promise<Answer> {
  const { request } = exchange;
  const match = table.match(request.method ?? "", exchange.path.slice(restPrefix.length));
  if (match.found === "nothing") throw new HttpProblem(404, "not_found", "There is nothing at this path.");
  if (match.found === "path") return otherMethod(request.method ?? "", match.methods);
  const { operation, values } = match;
  exchange.route = operation.name;
  const { context, caller, headers } = await contextOf(host, exchange, 1);
  if (context.identity === null && !operation.is_public) {
    const text = context.identity_problem ?? "Sign in, or send an API token as bearer token.";
    throw new AppError("unauthenticated", text);
  }
  if (caller.refusal !== null && operation.needs_organization) throw caller.refusal;
  const input = await readInput(operation, values, exchange);
  const output: unknown = await callProcedure(operation.procedure, {
    path: operation.name,
    getRawInput: async () => input,
    ctx: context,
    type: operation.type,
    signal: signalOf(exchange),
    batchIndex: 0,
  });
  return answerWith(operation, exchange, { input, output, headers });
}

function otherMethod(method: string, methods: string[]): Answer {
  const allow = [...methods, ...(methods.includes("GET") ? ["HEAD"] : []), "OPTIONS"].join(", ");
  if (method === "OPTIONS") return { status: 204, headers: { allow }, body: "" };
  throw new HttpProblem(405, "method_not_allowed", `Use ${methods.join(" or ")} here.`, { headers: { allow } });
}

type Outcome = { input: object; output: unknown; headers: Record<string, string> };

function answerWith(operation: Operation, exchange: Exchange, { input, output, headers }: Outcome): Answer {
  const status = operation.success;
  if (status === 204 || output === undefined) return { status: 204, headers, body: "" };
  if (typeof output === "object" && output !== null) {
    describeEntity(output, headers);
    if (operation.location !== null) headers["location"] = placeOf(operation.location, { ...input, ...output });
    describePage(exchange, output, headers);
  }
  const tag = headers["etag"];
  if (tag !== undefined && operation.method === "GET" && isKnown(headerOf(exchange.request, "if-none-match"), tag)) {
    return { status: 304, headers, body: "" };
  }
  return { status, headers, body: JSON.stringify(output) };
}

/** One thing with a version has an ETag. */
function describeEntity(output: object, headers: Record<string, string>): void {
  if ("version" in output && typeof output.version === "number") {
    headers["etag"] = `"${output.version}"`;
    headers["cache-control"] = "private, no-cache";
  }
}

/** Where what was just made is found. */
function placeOf(location: string, fields: Readonly<Record<string, unknown>>): string {
  return restPrefix + location.replaceAll(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(String(fields[name])));
}

function describePage({ path, query }: Exchange, output: object, headers: Record<string, string>): void {
  if (!("items" in output && "total" in output && typeof output.total === "number")) return;
  headers["x-total-count"] = String(output.total);
  if (!("next_cursor" in output) || typeof output.next_cursor !== "string") return;
  const next = new URLSearchParams(query);
  next.delete("offset");
  next.set("cursor", output.next_cursor);
  headers["link"] = `<${path}?${next.toString()}>; rel="next"`;
}

function isKnown(sent: string | null, tag: string): boolean {
  if (sent === null) return false;
  return sent.split(",").some((known) => known.trim() === "*" || known.trim().replace(/^W\//, "") === tag);
}
