/** Subscriptions over server-sent events, by tRPC's own adapter. */
import { nodeHTTPRequestHandler } from "@trpc/server/adapters/node-http";
import { getErrorShape, parseConnectionParamsFromString } from "@trpc/server/unstable-core-do-not-import";
import type { RequestContext } from "@rhesis/router/context";
import { appRouter } from "@rhesis/router/root";
import { headerOf, type Exchange } from "../host/exchange.ts";
import { contextOf, type Host } from "../host/host.ts";
import { asTrpcError, HttpProblem } from "../host/problem.ts";
import { ordinaryLimit } from "../host/read-body.ts";
import { encode } from "./encode.ts";
import { callsOf } from "./handler.ts";

/** Tokens expire without anybody saying so. */
const longestUnseenMs = 30_000;

/** An event source cannot send headers: a token comes as connection parameter `token`, beside `organization_id`. */
export async function handleStream(host: Host, exchange: Exchange): Promise<void> {
  exchange.transport = "trpc";
  const { request, response } = exchange;
  host.metrics.live_streams.inc();
  response.once("close", () => host.metrics.live_streams.dec());
  try {
    const paths = callsOf(exchange);
    exchange.route =
      paths.length === 1 && Object.hasOwn(appRouter._def.procedures, paths[0] ?? "") ? (paths[0] ?? "") : "stream";
    const sent = sentBy(exchange);
    const context = await streamContext(host, exchange, paths.length, sent);
    endWithRight(host, exchange, context, sent);
    await nodeHTTPRequestHandler({
      router: appRouter,
      req: request,
      res: response,
      path: paths.join(","),
      maxBodySize: ordinaryLimit,
      createContext: () => context,
      onError: ({ error, path }) => {
        if (error.code === "INTERNAL_SERVER_ERROR") {
          host.logger.error({ err: error, procedure: path }, "a call failed");
        }
      },
    });
  } catch (error) {
    sendStreamError(host, exchange, error);
  }
}

/** An event source tells nothing of an answer that is not 200, so the error is its only event. */
function sendStreamError({ logger }: Host, { response, route, request_id }: Exchange, thrown: unknown): void {
  const error = asTrpcError(thrown);
  if (error.code === "INTERNAL_SERVER_ERROR") logger.error({ err: error, procedure: route }, "a call failed");
  const ctx = { request_id } as RequestContext;
  const config = appRouter._def._config;
  const shape: unknown = getErrorShape({ config, error, type: "subscription", path: route, input: undefined, ctx });
  response.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-store" });
  response.end(`event: serialized-error\ndata: ${encode(shape)}\n\n`);
}

type Sent = { authorization: string | null; organization_id: string | null };

function sentBy({ request, query }: Exchange): Sent {
  const sent = new URLSearchParams(query).get("connectionParams");
  const { token, organization_id } = sent === null ? {} : (parseParameters(sent) ?? {});
  return {
    authorization: token === undefined ? headerOf(request, "authorization") : `Bearer ${token}`,
    organization_id: organization_id ?? headerOf(request, "x-organization-id"),
  };
}

async function streamContext(host: Host, exchange: Exchange, calls: number, sent: Sent): Promise<RequestContext> {
  const { context, caller } = await contextOf(host, exchange, calls, sent);
  if (caller.refusal !== null) throw caller.refusal;
  return context;
}

/** A stream outlives what was known when it began: a member may go, a token may end. Whoever comes back is told why. */
function endWithRight({ callers }: Host, { response }: Exchange, { identity }: RequestContext, sent: Sent): void {
  if (identity === null) return;
  const look = async (): Promise<void> => {
    const now = (await callers.resolve(sent.authorization, sent.organization_id, null)).identity;
    const isSame = now !== null && now.organization_id === identity.organization_id;
    if (!isSame || [...identity.permissions].some((permission) => !now.permissions.has(permission))) response.end();
  };
  // While the database is away nobody's right is known to have ended.
  const lookAgain = () => void look().catch(() => undefined);
  const stop = callers.onChange((user_id) => {
    if (user_id === null || user_id === identity.user_id) lookAgain();
  });
  const timer = setInterval(lookAgain, longestUnseenMs).unref();
  response.once("close", () => {
    stop();
    clearInterval(timer);
  });
}

function parseParameters(sent: string): Readonly<Record<string, string | undefined>> | null {
  try {
    return parseConnectionParamsFromString(sent);
  } catch {
    throw new HttpProblem(400, "malformed", "The connection parameters are not a JSON object of texts.");
  }
}
