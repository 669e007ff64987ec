import type { ClientRequest, IncomingHttpHeaders, IncomingMessage } from "node:http";
import type { createConnection } from "node:net";
import type { buildConnector } from "undici";
import { WebSocket } from "ws";
import { cleanText } from "./clean-json.ts";
import {
  ExchangeCancelledError,
  type ExchangeLimits,
  ExchangeTimeoutError,
  type WireRequest,
  type WireResponse,
} from "./exchange.ts";

/** How a WebSocket came to its end. */
export type SocketEnd =
  /** Nothing more was needed of the other side. */
  | { kind: "enough" }
  /** The other side closed it. `code` is one of RFC 6455 7.4. */
  | { kind: "closed"; code: number; reason: string }
  /** The messages were longer than the limit. */
  | { kind: "cut" }
  | { kind: "broken"; error: Error };

export type Conversation = {
  /** The answer to the opening handshake. */
  handshake: { status: number; headers: Record<string, string> };
  messages: string[];
  end: SocketEnd;
};

export type SocketOptions = {
  /** The one way out: judges every address before it is connected to. */
  connect: buildConnector.connector;
  subprotocol: string | null;
  /** Ends every conversation. */
  closing: AbortSignal;
  /** Takes the next message; true when no more are needed. May not throw. */
  take: (message: string) => boolean;
};

/** How long the closing handshake may take, in milliseconds. */
const closeTimeout = 1000;
/** The code of a conversation that ended as it should. */
const normalClosure = 1000;

/**
 * Opens a WebSocket, sends the body of the request as its first message and takes messages until there are enough, the
 * other side closes, or the limits are reached: one deadline over all of it.
 * @returns the response instead where the other side answers the handshake with something else than a WebSocket
 * @throws where there was no answer at all
 */
export function converse(
  request: WireRequest,
  limits: ExchangeLimits,
  options: SocketOptions,
): Promise<Conversation | WireResponse> {
  return new Promise((resolve, reject) => {
    if (limits.signal?.aborted || options.closing.aborted) return reject(new ExchangeCancelledError());
    const talk = new Talk(limits, options, { resolve, reject });
    return talk.begin(request);
  });
}

type Settle = { resolve: (ended: Conversation | WireResponse) => void; reject: (error: Error) => void };

class Talk {
  private socket: WebSocket | null = null;
  private readonly limits: ExchangeLimits;
  private readonly options: SocketOptions;
  private readonly promise: Settle;
  private readonly timer: NodeJS.Timeout;
  private readonly messages: string[] = [];
  private bytes = 0;
  private handshake: Conversation["handshake"] | null = null;
  private settled = false;
  private readonly onAbort = (): void => this.stop(new ExchangeCancelledError());

  constructor(limits: ExchangeLimits, options: SocketOptions, promise: Settle) {
    this.limits = limits;
    this.options = options;
    this.promise = promise;
    this.timer = setTimeout(() => this.stop(new ExchangeTimeoutError()), limits.timeout_ms);
    for (const signal of [limits.signal, options.closing]) signal?.addEventListener("abort", this.onAbort);
  }

  begin(request: WireRequest): void {
    try {
      this.socket = open(request, this.limits, this.options);
    } catch (error) {
      // A header that cannot be sent, for one.
      return this.fail(error instanceof Error ? error : new Error("no WebSocket", { cause: error }));
    }
    const { socket } = this;
    socket
      .on(
        "upgrade",
        ({ statusCode, headers }) => (this.handshake = { status: statusCode ?? 0, headers: flat(headers) }),
      )
      .on("open", () => request.body !== null && socket.send(request.body))
      .on("message", (data) => this.receive(data as Buffer))
      .on("close", (code, reason) => this.finish({ kind: "closed", code, reason: cleanText(reason.toString("utf8")) }))
      .on("error", (error) => this.fail(error))
      .on("unexpected-response", (asked, response) => this.refused(asked, response));
  }

  private receive(data: Buffer): void {
    if (this.settled) return;
    // With a line break each, as they are shown: also messages of no bytes add up.
    this.bytes += data.length + 1;
    if (this.bytes > this.limits.max_bytes) {
      this.finish({ kind: "cut" });
      return this.socket?.terminate();
    }
    const message = cleanText(data.toString("utf8"));
    this.messages.push(message);
    if (!this.options.take(message)) return;
    this.finish({ kind: "enough" });
    this.socket?.close(normalClosure);
  }

  /** Reads what came instead of a WebSocket. */
  private refused(request: ClientRequest, response: IncomingMessage): void {
    const chunks: Buffer[] = [];
    const end = (cut: boolean, broken: Error | null): void => {
      const { statusCode: status = 0, headers } = response;
      const body = Buffer.concat(chunks).subarray(0, this.limits.max_bytes);
      if (this.settle())
        this.promise.resolve({ status, headers: flat(headers), body, cut, broken, first_byte_at: null });
      request.destroy();
    };
    let bytes = 0;
    response.on("data", (chunk: Buffer) => {
      chunks.push(chunk);
      bytes += chunk.length;
      if (bytes > this.limits.max_bytes) end(true, null);
    });
    response.on("end", () => end(false, null));
    response.on("error", (error) => end(false, error));
  }

  private stop(error: Error): void {
    this.fail(error);
    this.socket?.terminate();
  }

  private fail(error: Error): void {
    if (this.handshake !== null) this.finish({ kind: "broken", error });
    else if (this.settle()) this.promise.reject(error);
  }

  private finish(end: SocketEnd): void {
    const { handshake, messages } = this;
    if (handshake !== null && this.settle()) this.promise.resolve({ handshake, messages, end });
  }

  private settle(): boolean {
    if (this.settled) return false;
    this.settled = true;
    clearTimeout(this.timer);
    for (const signal of [this.limits.signal, this.options.closing]) signal?.removeEventListener("abort", this.onAbort);
    return true;
  }
}

function open(request: WireRequest, limits: ExchangeLimits, { connect, subprotocol }: SocketOptions): WebSocket {
  const url = new URL(request.origin + request.path);
  const where = {
    hostname: url.hostname.replace(/^\[|\]$/g, ""),
    host: url.host,
    protocol: url.protocol === "wss:" ? "https:" : "http:",
    port: url.port,
  };
  const createGuarded = (_options: unknown, done: (error: Error | null, socket?: unknown) => void): void =>
    connect(where, (error, socket) => done(error, socket ?? undefined));
  const options = {
    headers: request.headers,
    // Node hands the socket over by a callback as well, which the types of the library leave out.
    createConnection: createGuarded as unknown as typeof createConnection,
    followRedirects: false,
    // A message of a few bytes could inflate to any size.
    perMessageDeflate: false,
    maxPayload: limits.max_bytes,
    closeTimeout,
  };
  return new WebSocket(url, subprotocol ?? [], options);
}

function flat(headers: IncomingHttpHeaders): Record<string, string> {
  const shown: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers))
    if (value !== undefined) shown[name] = typeof value === "string" ? value : value.join(", ");
  return shown;
}
