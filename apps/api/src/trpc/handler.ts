/**
 * tRPC over HTTP without the detour of the stock adapter, which builds a web Request, Response and streams for every
 * call: the same wire format from node's own objects. Subscriptions go to the stock adapter.
 */
import { TRPCError } from "@trpc/server";
import { getHTTPStatusCodeFromError } from "@trpc/server/http";
import { getErrorShape, type AnyProcedure } from "@trpc/server/unstable-core-do-not-import";
import { appRouter } from "@rhesis/router/root";
import type { RequestContext } from "@rhesis/router/context";
import { callProcedure } from "../host/call-procedure.ts";
import { signalOf, type Exchange } from "../host/exchange.ts";
import { asTrpcError, HttpProblem, problemFrom } from "../host/problem.ts";
import { parseJson } from "../host/parse-json.ts";
import { bulkLimit, ordinaryLimit, readJsonBody } from "../host/read-body.ts";
import { send } from "../host/send.ts";
import { contextOf, type Host } from "../host/host.ts";
import { bulkProcedures, permissionOf } from "../host/procedures.ts";
import { decode, encode } from "./encode.ts";

const mostCalls = 20;
const procedures = appRouter._def.procedures as unknown as Readonly<Record<string, AnyProcedure | undefined>>;

type Call = { path: string; procedure: AnyProcedure | undefined; input: unknown };
type Outcome = { status: number; text: string };

/** True where the stock adapter has to answer: one subscription by itself. */
export function needsStream({ path }: Exchange): boolean {
  const [name = "", ...more] = pathsOf(path);
  return more.length === 0 && procedures[name]?._def.type === "subscription";
}

function pathsOf(path: string): string[] {
  try {
    return decodeURIComponent(path.slice("/trpc/".length)).split(",");
  } catch {
    return [""];
  }
}

/** The paths of a request's calls. @throws HttpProblem 400 where there are too many */
export function callsOf(exchange: Exchange): string[] {
  const paths = pathsOf(exchange.path);
  if (paths.length > mostCalls)
    throw new HttpProblem(400, "invalid", `Send at most ${mostCalls} calls in one request.`);
  return paths;
}

/** Answers a query, a mutation or a batch of them. */
export async function handleTrpc(host: Host, exchange: Exchange): Promise<void> {
  exchange.transport = "trpc";
  const isBatch = new URLSearchParams(exchange.query).get("batch") === "1";
  try {
    const { answers, headers } = await answerCalls(host, exchange, isBatch);
    const statuses = new Set(answers.map(({ status }) => status));
    const [only = 200] = statuses;
    const body = isBatch ? `[${answers.map(({ text }) => text).join(",")}]` : (answers[0]?.text ?? "");
    await send(exchange, { status: statuses.size > 1 ? 207 : only, headers, body });
  } catch (error) {
    await sendFailure(exchange, error, isBatch);
  }
}

async function answerCalls(
  host: Host,
  exchange: Exchange,
  isBatch: boolean,
): Promise<{ answers: Outcome[]; headers: Record<string, string> }> {
  const paths = callsOf(exchange);
  const named = paths.map((path) => (Object.hasOwn(procedures, path) ? path : "unknown"));
  exchange.route = isBatch ? `batch(${paths.length})` : (named[0] ?? "unknown");
  const { context, caller, headers } = await contextOf(host, exchange, paths.length);
  const inputs = await readInputs(exchange, isBatch, named);
  const signal = signalOf(exchange);
  const type = exchange.request.method === "GET" ? "query" : "mutation";
  const ctx = { ...context, idempotency_key: isBatch ? null : context.idempotency_key };
  const answers = await Promise.all(
    paths.map(async (path, index): Promise<Outcome> => {
      const call: Call = { path, procedure: procedures[path], input: inputs(index) };
      const started = performance.now();
      const outcome = await run(host, ctx, call, type, signal, caller.refusal);
      if (isBatch) {
        const labels = { transport: "trpc", route: named[index] ?? "unknown", status: String(outcome.status) };
        host.metrics.http_duration.observe(labels, (performance.now() - started) / 1000);
      }
      return outcome;
    }),
  );
  return { answers, headers };
}

async function run(
  host: Host,
  ctx: RequestContext,
  { path, procedure, input }: Call,
  type: "query" | "mutation",
  signal: AbortSignal,
  refusal: Error | null,
): Promise<Outcome> {
  try {
    if (procedure === undefined) throw new TRPCError({ code: "NOT_FOUND", message: "There is no such procedure." });
    if (procedure._def.type !== type) {
      const message = `Call this ${procedure._def.type} with ${type === "query" ? "POST" : "GET"}.`;
      throw new TRPCError({ code: "METHOD_NOT_SUPPORTED", message });
    }
    const needsPlace = !["public", "signed_in"].includes(permissionOf(procedure));
    if (refusal !== null && needsPlace) throw refusal;
    const getRawInput = async () => decodeInput(input);
    const data: unknown = await callProcedure(procedure, { path, getRawInput, ctx, type, signal, batchIndex: 0 });
    return { status: 200, text: `{"result":{"data":${encode(data)}}}` };
  } catch (thrown) {
    const error = asTrpcError(thrown);
    if (error.code === "INTERNAL_SERVER_ERROR") host.logger.error({ err: error, procedure: path }, "a call failed");
    const config = appRouter._def._config;
    const shape: unknown = getErrorShape({ config, error, type, path, input: undefined, ctx });
    return { status: getHTTPStatusCodeFromError(error), text: `{"error":${encode(shape)}}` };
  }
}

function decodeInput(input: unknown): unknown {
  try {
    return decode(input);
  } catch {
    throw new TRPCError({ code: "BAD_REQUEST", message: "The input is not in the form of superjson." });
  }
}

/** The input of each call, from the query of a GET and the body of a POST. */
async function readInputs(
  { request, query }: Exchange,
  isBatch: boolean,
  named: string[],
): Promise<(index: number) => unknown> {
  let sent: unknown;
  if (request.method === "GET") {
    const text = new URLSearchParams(query).get("input");
    sent = text === null ? undefined : parseJson(text, "The input");
  } else if (request.method === "POST") {
    sent = await readJsonBody(request, named.some((path) => bulkProcedures.has(path)) ? bulkLimit : ordinaryLimit);
  } else {
    throw new HttpProblem(405, "method_not_allowed", "Use GET or POST.", { headers: { allow: "GET, POST" } });
  }
  if (!isBatch) return () => sent;
  if (sent !== undefined && (typeof sent !== "object" || sent === null)) {
    throw new HttpProblem(400, "malformed", "The inputs of a batch are an object by index.");
  }
  return (index) => (sent === undefined ? undefined : Reflect.get(sent, String(index)));
}

/** A request that failed as a whole, in the form of one failed call each, which clients of tRPC understand. */
async function sendFailure(exchange: Exchange, error: unknown, isBatch: boolean): Promise<void> {
  const { status, document, headers } = problemFrom(error, exchange.request_id);
  const { code, detail, request_id, errors: problems = [] } = document;
  const shape = {
    code: -32600,
    message: detail,
    data: { code: code.toUpperCase(), httpStatus: status, error: { code, problems, request_id } },
  };
  const text = `{"error":${encode(shape)}}`;
  // More calls than allowed get as many answers as allowed.
  const count = Math.min(pathsOf(exchange.path).length, mostCalls);
  const body = isBatch ? `[${Array.from({ length: count }, () => text).join(",")}]` : text;
  if (status >= 500) headers["cache-control"] = "no-store";
  await send(exchange, { status, headers, body });
}
