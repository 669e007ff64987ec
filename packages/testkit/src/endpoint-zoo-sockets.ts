/** Animals that are talked to over a WebSocket. */
import { STATUS_CODES, type IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { WebSocketServer, type WebSocket } from "ws";
import type { ZooCall, ZooState } from "./endpoint-zoo.ts";

type Visit = { call: ZooCall; socket: WebSocket };
type SocketAnimal = (visit: Visit) => void;

const subprotocol = "zoo.v1";

function send(socket: WebSocket, ...messages: unknown[]): void {
  for (const message of messages) socket.send(typeof message === "string" ? message : JSON.stringify(message));
}

/** The words of what was said, each in a message, and one more message at the end; `ms` apart. */
function echo({ call, socket }: Visit): void {
  const words = `You said: ${call.body}`.split(/(?<=\s)/).map((content) => ({ content, session_id: "w-1" }));
  const messages = [...words, { message: "response ended" }];
  const pauseMs = Number(call.query.get("ms") ?? 0);
  if (pauseMs === 0) return send(socket, ...messages);
  const timer = setInterval(() => {
    const next = messages.shift();
    if (next === undefined) clearInterval(timer);
    else send(socket, next);
  }, pauseMs);
  socket.on("close", () => clearInterval(timer));
}

/** `after` messages, then the end: with `code` and `reason`, or without a word where it is 1006. */
function close({ call, socket }: Visit): void {
  const code = Number(call.query.get("code") ?? 1000);
  for (let n = 0; n < Number(call.query.get("after") ?? 0); n++) send(socket, { content: "half " });
  if (code === 1006) socket.terminate();
  else if (code === 1005) socket.close();
  else socket.close(code, call.query.get("reason") ?? "");
}

/** The same message for ever, as fast as it is read. */
function forever(message: string): SocketAnimal {
  return ({ socket }) => {
    const next = (): void => {
      for (let n = 0; n < 100; n++) socket.send(message);
      if (socket.readyState === socket.OPEN) socket.send(message, () => setImmediate(next));
    };
    next();
  };
}

/** What each path does once it was said something, or at once with `?first`. */
const socketAnimals: Record<string, SocketAnimal> = {
  "/ws/echo": echo,
  "/ws/close": close,
  "/ws/never": () => {},
  "/ws/text": ({ socket }) => {
    send(socket, "Plain ", "te", "xt 🦓");
    socket.close(1000);
  },
  "/ws/error": ({ socket }) => send(socket, { content: "half " }, { type: "error", error: { message: "Overloaded" } }),
  "/ws/garbage": ({ socket }) => send(socket, { content: "half " }, '{"content":'),
  "/ws/binary": ({ socket }) => {
    socket.send(Buffer.from(JSON.stringify({ content: "in bytes" })));
    send(socket, { message: "response ended" });
  },
  "/ws/not-utf8": ({ socket }) => socket.send(Buffer.from([0xff, 0xfe]), { binary: false }),
  "/ws/nul": ({ socket }) =>
    send(socket, '{"content":"a\\u0000"}', { content: "\u0000b" }, { message: "response ended" }),
  "/ws/big": ({ socket }) => send(socket, { content: "x".repeat(50_000_000) }),
  "/ws/endless": forever(JSON.stringify({ content: "and " })),
  "/ws/empty": forever(""),
};

function answerOverHttp(socket: Duplex, status: number, headers: Record<string, string>, body: string): void {
  const all = { connection: "close", "content-length": String(body.length), ...headers };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ""}\r\n${lines.join("")}\r\n${body}`);
}

/** Paths that do not become a WebSocket. */
const refusals: Record<string, (call: ZooCall, socket: Duplex, zoo: ZooState) => void> = {
  "/ws-hang": () => {},
  "/ws-reset": (_call, socket) => void socket.destroy(),
  "/ws-garbage": (_call, socket) => void socket.end("not HTTP at all\r\n\r\n"),
  "/ws-wrong-key": (_call, socket) =>
    void socket.write("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n"),
  "/ws-status": (call, socket) => {
    const after = call.query.get("after");
    const headers = after === null ? {} : { "retry-after": after };
    answerOverHttp(socket, Number(call.path.split("/")[2]), headers, '{"error":"as asked"}');
  },
  "/ws-redirect": (call, socket, zoo) =>
    answerOverHttp(socket, 307, { location: call.query.get("to") ?? `${zoo.url}/ws/echo` }, ""),
};

/** Answers requests for a WebSocket at a server of the zoo. */
export function openSockets(
  zoo: ZooState,
): (call: ZooCall, request: IncomingMessage, wire: { socket: Duplex; head: Buffer }) => void {
  const server = new WebSocketServer({
    noServer: true,
    handleProtocols: (offered) => (offered.has(subprotocol) ? subprotocol : false),
  });
  return (call, request, { socket, head }) => {
    socket.on("error", () => {});
    const refuse = refusals[`/${call.path.split("/")[1] ?? ""}`];
    const animal = socketAnimals[call.path];
    if (refuse !== undefined) return refuse(call, socket, zoo);
    if (animal === undefined) return answerOverHttp(socket, 404, {}, "no such animal");
    return server.handleUpgrade(request, socket, head, (opened) => {
      opened.on("error", () => {});
      if (call.query.has("first")) return animal({ call, socket: opened });
      return void opened.once("message", (message) => {
        call.body = (message as Buffer).toString("utf8");
        animal({ call, socket: opened });
      });
    });
  };
}
