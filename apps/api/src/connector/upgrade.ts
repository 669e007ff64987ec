/** The WebSocket that customers' processes connect to: `/api/v1/connector`. */
import { ServerResponse, type IncomingMessage, type Server } from "node:http";
import type { Duplex } from "node:stream";
import type { ConnectorGate } from "@rhesis/router/connector/gate";
import { runInContext } from "@rhesis/telemetry/request-context";
import { WebSocketServer, type WebSocket } from "ws";
import { openExchange, type Exchange } from "../host/exchange.ts";
import { contextOf, type Host } from "../host/host.ts";
import { HttpProblem } from "../host/problem.ts";
import { sendProblem } from "../host/send.ts";
import { restPrefix } from "../rest/handler.ts";
import { endWithRight } from "./end-with-right.ts";
import { holdConnection } from "./hold-connection.ts";

export type ConnectorOptions = { server: Server; host: Host; gate: ConnectorGate; trusted_proxies: number };

const path = `${restPrefix}/connector`;
/** How long a connection that was closed may take to say so, in milliseconds. */
const patienceMs = 2_000;

/** Whether a request asks for the connector. Other upgrades, such as to h2c, are offers that may be passed over. */
export function wantsConnector({ url = "", headers }: IncomingMessage): boolean {
  return url.split("?", 1)[0] === path && headers.upgrade?.toLowerCase() === "websocket";
}

/** Takes the upgrades of `server`, which `wantsConnector` has let through. `close` tells all who are connected to come back elsewhere. */
export function serveConnector(options: ConnectorOptions): { close(): Promise<void> } {
  const { server, host, gate, trusted_proxies } = options;
  // What is longer closes the connection with 1009.
  const maxPayload = gate.limits.message_bytes;
  const sockets = new WebSocketServer({ noServer: true, maxPayload, perMessageDeflate: false });
  let stopping = false;
  server.on("upgrade", (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    socket.on("error", () => socket.destroy());
    const response = new ServerResponse(request);
    const exchange = openExchange(request, response, trusted_proxies);
    exchange.transport = "rest";
    exchange.route = "connector";
    const opened = runInContext({ request_id: exchange.request_id }, async () => {
      if (stopping) throw new HttpProblem(503, "unavailable", "The server is stopping. Try again.");
      const hold = await admit(host, gate, exchange);
      sockets.handleUpgrade(request, socket, head, hold);
    });
    opened.catch((error: unknown) => refuse(host, exchange, socket, error));
  });
  return {
    async close() {
      stopping = true;
      await gate.close();
      const late = setTimeout(() => sockets.clients.forEach((socket) => socket.terminate()), patienceMs).unref();
      await Promise.all([...sockets.clients].map((socket) => closed(socket)));
      clearTimeout(late);
    },
  };
}

/** @returns what takes the WebSocket once it is open. @throws what is answered instead of it */
async function admit(host: Host, gate: ConnectorGate, exchange: Exchange): Promise<(socket: WebSocket) => void> {
  const { context, caller } = await contextOf(host, exchange, 1);
  if (caller.refusal !== null) throw caller.refusal;
  const admission = await gate.admit(context, new URLSearchParams(exchange.query));
  const { identity } = context;
  return (socket) => {
    host.logger.info({ ...admission.tenant, project_id: admission.project_id }, "a process connected");
    const connection = holdConnection(socket, gate, (own) => gate.open(admission, own));
    if (identity !== null) endWithRight({ host, gate, exchange }, identity, connection);
  };
}

/** Answers instead of opening: nothing of the connection is kept. */
async function refuse({ logger }: Host, exchange: Exchange, socket: Duplex, error: unknown): Promise<void> {
  const { response } = exchange;
  if (socket.destroyed) return;
  response.assignSocket(socket as Parameters<typeof response.assignSocket>[0]);
  response.once("finish", () => socket.end());
  response.shouldKeepAlive = false;
  logger.info({ status: error instanceof Error ? error.name : "unknown" }, "a connection was refused");
  await sendProblem(exchange, error);
}

function closed(socket: WebSocket): Promise<void> {
  if (socket.readyState === socket.CLOSED) return Promise.resolve();
  return new Promise((resolve) => socket.once("close", () => resolve()));
}
