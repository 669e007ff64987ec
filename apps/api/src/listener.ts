/** Takes every request: gives it an id and its headers, finds who answers it, and notes how it went. */
import type { IncomingMessage, ServerResponse } from "node:http";
import { appRouter } from "@rhesis/router/root";
import type { Queue } from "@rhesis/jobs/queue";
import { runInContext } from "@rhesis/telemetry/request-context";
import { isTracing, startServerSpan } from "@rhesis/telemetry/tracing";
import type { ApiConfig } from "./config.ts";
import { openExchange, type Exchange } from "./host/exchange.ts";
import { createHeaderWriter } from "./host/headers.ts";
import type { Host } from "./host/host.ts";
import { send, sendProblem } from "./host/send.ts";
import { createPages } from "./pages/pages.ts";
import { handleRest, restPrefix } from "./rest/handler.ts";
import { openApiDocument } from "./rest/openapi-document.ts";
import { operationsOf } from "./rest/operations.ts";
import { createRouteTable } from "./rest/route-table.ts";
import { handleTrpc, needsStream } from "./trpc/handler.ts";
import { handleStream } from "./trpc/stream.ts";

export type ListenerOptions = { config: ApiConfig; host: Host; queue: Pick<Queue, "health"> };

export type Listener = {
  handle(request: IncomingMessage, response: ServerResponse): void;
  /** Ends live streams and tells clients to come back elsewhere. */
  stop(): void;
};

const quiet = new Set(["/healthz", "/readyz", "/metrics"]);

/** Routes are prepared here, once. */
export function createListener({ config, host, queue }: ListenerOptions): Listener {
  const streams = new Set<ServerResponse>();
  let stopping = false;
  const answer = createAnswerer({ config, host, queue }, streams, () => stopping);
  return {
    handle(request, response) {
      const exchange = openExchange(request, response, config.TRUST_PROXY);
      observe(host, exchange);
      runInContext({ request_id: exchange.request_id }, () => {
        inSpan(exchange, () => answer(exchange)).catch((error: unknown) => {
          host.logger.error({ err: error }, "a request failed");
          return sendProblem(exchange, error);
        });
      });
    },
    stop() {
      stopping = true;
      for (const response of streams) response.end();
    },
  };
}

type Answerer = (exchange: Exchange) => Promise<void>;

function createAnswerer(options: ListenerOptions, streams: Set<ServerResponse>, isStopping: () => boolean): Answerer {
  const { config, host } = options;
  const table = createRouteTable(operationsOf(appRouter));
  const headers = createHeaderWriter({
    cors_origins: config.CORS_ORIGINS,
    https: config.PUBLIC_URL?.startsWith("https:") ?? false,
  });
  const answerPage = createPageAnswerer(options, isStopping);
  return async (exchange) => {
    const { response, path } = exchange;
    if (isStopping()) response.setHeader("connection", "close");
    if (headers.answerCors(exchange)) return;
    const isTrpc = path.startsWith("/trpc/");
    if (!isTrpc && !path.startsWith(`${restPrefix}/`)) return answerPage(exchange);
    headers.writeApiHeaders(exchange);
    if (!isTrpc) return path === documentPath ? sendDocument(exchange) : handleRest(host, table, exchange);
    if (!needsStream(exchange)) return handleTrpc(host, exchange);
    streams.add(response);
    response.once("close", () => streams.delete(response));
    return handleStream(host, exchange);
  };
}

/** Express hands its handlers the same response object, so the exchange is found by it. */
function createPageAnswerer({ config, host, queue }: ListenerOptions, isStopping: () => boolean): Answerer {
  const exchanges = new WeakMap<object, Exchange>();
  const pages = createPages({
    config,
    logger: host.logger,
    metrics: host.metrics,
    metrics_token: config.METRICS_TOKEN,
    pool: host.platform.database.pool,
    queueIsUp: () => queue.health(),
    isStopping,
    exchangeOf: (response) => exchanges.get(response) as Exchange,
  });
  return async (exchange) => {
    exchanges.set(exchange.response, exchange);
    pages(exchange.request, exchange.response);
  };
}

const documentPath = `${restPrefix}/openapi.json`;
let documentText: string | undefined;

function sendDocument(exchange: Exchange): Promise<void> {
  exchange.transport = "rest";
  exchange.route = "openapi.json";
  documentText ??= JSON.stringify(openApiDocument());
  return send(exchange, { status: 200, headers: { "cache-control": "no-cache" }, body: documentText });
}

async function inSpan(exchange: Exchange, work: () => Promise<void>): Promise<void> {
  if (!isTracing()) return work();
  const { request, response } = exchange;
  const attributes = { "http.request.method": request.method ?? "", "rhesis.request_id": exchange.request_id };
  const span = startServerSpan(request.headers, attributes);
  response.once("close", () => span.end(`${exchange.transport} ${exchange.route}`, response.statusCode));
  return span.run(work);
}

/** Time and outcome of every request, when its answer has left or its caller has gone. */
function observe({ metrics, logger }: Host, exchange: Exchange): void {
  const { request, response } = exchange;
  const started = performance.now();
  response.once("close", () => {
    const ms = performance.now() - started;
    const status = response.writableFinished ? response.statusCode : 499;
    const { transport, route } = exchange;
    metrics.http_duration.observe({ transport, route, status: String(status) }, ms / 1000);
    if (quiet.has(route)) return;
    const fields = { method: request.method, route, transport, status, ms: Math.round(ms * 10) / 10 };
    logger.info(fields, "request");
  });
}
