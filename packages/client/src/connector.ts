/**
 * Connects functions of your process to Rhesis, so that an application can be tested that no address leads to: on a
 * laptop, or inside a private network. The connection is made from here; nothing has to be opened.
 */
import type { RegisteredMessage, ServerMessage } from "@rhesis/engine/connector/schema";
import { openLink, type Ending, type Link } from "./connector-link.ts";
import { Work, type OfferedFunctions } from "./connector-work.ts";

export type { CallContext, Handler, OfferedFunction, OfferedFunctions } from "./connector-work.ts";

export type ConnectOptions = {
  /** Of the API, such as `https://api.example.com`. */
  url: string;
  /** An API token that includes `connector:connect`. */
  token: string;
  /** Needed where the token is not bound to a project. */
  project_id?: string;
  /** What endpoints name beside the function, so that a laptop is not taken for production. Default `development`. */
  environment?: string;
  /** By name. Each becomes an endpoint of the project, the first time it is seen. */
  functions: OfferedFunctions;
  /** Calls worked on at once; more wait here. Default 10. */
  concurrency?: number;
  /** Told whenever the state of the connection changes. */
  onStatus?: (status: ConnectorStatus) => void;
};

export type ConnectorStatus =
  | { state: "connecting" }
  /** Calls can come. */
  | { state: "registered"; connection_id: string; endpoints: RegisteredMessage["endpoints"] }
  /** The connection is gone; the next attempt comes after so many milliseconds. */
  | { state: "waiting"; reason: string; retry_in_ms: number }
  | { state: "closed" }
  /** Another attempt would end the same way. */
  | { state: "refused"; error: ConnectorError };

/** Why a process may not connect. `status` is the HTTP status or the close code of the WebSocket. */
export class ConnectorError extends Error {
  override name = "ConnectorError";
  readonly status: number;

  constructor(message: string, status: number) {
    super(message);
    this.status = status;
  }
}

export type Connector = {
  readonly status: ConnectorStatus;
  /** Resolves once `close` is done; rejects with a `ConnectorError` where the process may not connect. */
  readonly ended: Promise<void>;
  /** Lets calls under way end, for `patience_ms` at most (default 30,000), and leaves. */
  close(patience_ms?: number): Promise<void>;
};

/** Milliseconds before the next attempt: 1, 2, 4 … 60 seconds, less up to half of it, so that not all come back at once. */
export function reconnectDelay(failures: number, random: () => number = Math.random): number {
  const longest = Math.min(60_000, 1_000 * 2 ** Math.min(failures, 16));
  return Math.round(longest * (1 - random() / 2));
}

/** Connects, and connects again whenever the connection is lost, until `close` is called or the process is refused. */
export function connect(options: ConnectOptions): Connector {
  return new Connection(options);
}

const defaultPatienceMs = 30_000;

class Connection implements Connector {
  readonly ended: Promise<void>;
  status: ConnectorStatus = { state: "connecting" };
  readonly #options: ConnectOptions;
  readonly #work: Work;
  readonly #settle: { resolve: () => void; reject: (error: ConnectorError) => void };
  #link: Link | undefined;
  #connection_id = "";
  #failures = 0;
  #retry: NodeJS.Timeout | undefined;
  #closing = false;

  constructor(options: ConnectOptions) {
    this.#options = options;
    this.#work = new Work(options.functions, options.concurrency ?? 10, (result) => this.#link?.send(result));
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.ended = promise;
    this.#settle = { resolve, reject };
    // Whoever does not look at it learns of a refusal by `onStatus`.
    promise.catch(() => undefined);
    this.#open();
  }

  async close(patience_ms = defaultPatienceMs): Promise<void> {
    if (!this.#closing) {
      this.#closing = true;
      clearTimeout(this.#retry);
      if (this.status.state === "refused") return;
      await this.#work.finish(patience_ms);
      await this.#link?.close();
      this.#say({ state: "closed" });
      this.#settle.resolve();
    }
    await this.ended.catch(() => undefined);
  }

  #open(): void {
    this.#say({ state: "connecting" });
    const { url, token, project_id, environment } = this.#options;
    const link = openLink(
      { url, token, project_id, environment },
      { onMessage: (message) => this.#take(message), onEnd: (ending) => this.#lost(link, ending) },
    );
    this.#link = link;
  }

  #take(message: ServerMessage): void {
    switch (message.type) {
      case "connected":
        this.#connection_id = message.connection_id;
        this.#link?.send({ type: "register", client_version: version, functions: this.#work.offered });
        return;
      case "registered":
        this.#failures = 0;
        this.#say({ state: "registered", connection_id: this.#connection_id, endpoints: message.endpoints });
        return;
      case "execute_test":
        if (!this.#closing) this.#work.take(message);
        return;
      case "cancel_test":
        this.#work.cancel(message.call_id);
        return;
      case "ping":
        this.#link?.send({ type: "pong" });
        return;
      case "pong":
    }
  }

  #lost(link: Link, { reason, status, is_final }: Ending): void {
    if (this.#link !== link) return;
    this.#link = undefined;
    // Answers to what was called over this connection count for nothing any more.
    this.#work.cancelAll();
    if (this.#closing) return;
    if (is_final) {
      const error = new ConnectorError(reason, status);
      this.#say({ state: "refused", error });
      this.#settle.reject(error);
      return;
    }
    const retry_in_ms = reconnectDelay(this.#failures++);
    this.#say({ state: "waiting", reason, retry_in_ms });
    this.#retry = setTimeout(() => this.#open(), retry_in_ms);
  }

  #say(status: ConnectorStatus): void {
    this.status = status;
    this.#options.onStatus?.(status);
  }
}

const version = `@rhesis/client 0.1.0, node ${process.versions.node}`;
