/** A server with every way an application under test can behave, good and bad. It remembers each call. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { animals } from "./endpoint-zoo-animals.ts";
import { openSockets } from "./endpoint-zoo-sockets.ts";

export type ZooCall = {
  path: string;
  query: URLSearchParams;
  method: string;
  headers: Record<string, string>;
  body: string;
  idempotency_key: string | null;
  /** Milliseconds since 1970. */
  time: number;
};

export type Visit = { call: ZooCall; response: ServerResponse; nth: number; zoo: ZooState };
export type Animal = (visit: Visit) => void;
export type ZooState = { url: string; sister: string; tokens: Set<string> };

export type EndpointZoo = {
  url: string;
  /** `url` for WebSockets. */
  socket_url: string;
  /** The same zoo at another origin: where `/redirect-cross` leads. */
  sister: string;
  /** How many calls came in, to one path or to all. */
  calls(path?: string): number;
  /** The calls themselves, oldest first. */
  log(path?: string): ZooCall[];
  /** Sockets ever accepted, whether or not a request came over them. */
  connections(): number;
  /** Makes the access tokens given out so far invalid. */
  revokeTokens(): void;
  clear(): void;
  close(): Promise<void>;
};

/**
 * Starts the zoo on loopback ports of its own. Paths: `/echo`, `/chat`, `/openai`, `/hang`, `/hang-body`, `/drip`, `/500`,
 * `/429?times=&after=`, `/flaky?times=`, `/html`, `/big`, `/endless`, `/invalid-json`, `/close`, `/close-body`,
 * `/redirect/n`, `/redirect-cross`, `/slow?ms=`, `/charset`, `/nul`, `/gzip-bomb`, `/gzip`, `/empty`, `/status/n`,
 * `/oauth/token` (client `zoo`, secret `zoo-secret`), `/protected`. Streams: `/stream/<shape>?bytes=&ms=&share=&then=&busy=`,
 * `/sse-echo`, `/sse-endless`, `/sse-silent`, `/sse-gzip`. WebSockets: `/ws/echo?ms=`, `/ws/close?code=&reason=&after=`,
 * `/ws/never`, `/ws/text`, `/ws/error`, `/ws/garbage`, `/ws/binary`, `/ws/not-utf8`, `/ws/nul`, `/ws/big`, `/ws/endless`,
 * `/ws/empty`, each also with `?first`; `/ws-hang`, `/ws-reset`, `/ws-garbage`, `/ws-wrong-key`, `/ws-status/n?after=`,
 * `/ws-redirect?to=`.
 */
export async function startEndpointZoo(): Promise<EndpointZoo> {
  const log: ZooCall[] = [];
  const sockets = new Set<Socket>();
  let accepted = 0;
  const state: ZooState = { url: "", sister: "", tokens: new Set() };
  const servers = [0, 1].map(() => {
    const server = openServer(log, state);
    server.on("connection", (socket: Socket) => {
      accepted++;
      sockets.add(socket);
      socket.on("close", () => sockets.delete(socket));
    });
    return server;
  });
  const urls = await Promise.all(
    servers.map(async (server) => {
      await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
      return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    }),
  );
  [state.url = "", state.sister = ""] = urls;
  const at = (path?: string): ZooCall[] => (path === undefined ? [...log] : log.filter((call) => call.path === path));
  return {
    url: state.url,
    socket_url: state.url.replace("http:", "ws:"),
    sister: state.sister,
    calls: (path) => at(path).length,
    log: at,
    connections: () => accepted,
    revokeTokens: () => state.tokens.clear(),
    clear: () => void log.splice(0),
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
    },
  };
}

function openServer(log: ZooCall[], state: ZooState): Server {
  const server = createServer((request, response) => receive(request, response, log, state));
  const open = openSockets(state);
  server.on("upgrade", (request, socket: Socket, head) => {
    const call = callOf(request, "");
    log.push(call);
    open(call, request, { socket, head });
  });
  return server;
}

function receive(request: IncomingMessage, response: ServerResponse, log: ZooCall[], zoo: ZooState): void {
  const chunks: Buffer[] = [];
  request.on("data", (chunk: Buffer) => chunks.push(chunk));
  request.on("end", () => {
    const call = callOf(request, Buffer.concat(chunks).toString("utf8"));
    log.push(call);
    // Clients that hang up early are part of the show.
    response.on("error", () => {});
    const animal = animals[`/${call.path.split("/")[1] ?? ""}`];
    const nth = log.filter((other) => other.path === call.path).length;
    if (animal === undefined) response.writeHead(404).end("no such animal");
    else animal({ call, response, nth, zoo });
  });
}

function callOf(request: IncomingMessage, body: string): ZooCall {
  const url = new URL(request.url ?? "/", "http://zoo");
  const headers = Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)]));
  return {
    path: url.pathname,
    query: url.searchParams,
    method: request.method ?? "",
    headers,
    body,
    idempotency_key: headers["idempotency-key"] ?? null,
    time: Date.now(),
  };
}
