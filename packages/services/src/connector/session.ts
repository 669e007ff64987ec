/** One connection of a customer's process: what it says is checked, what it is told is sent. Knows no socket library. */
import type { Tenant } from "@rhesis/db/tenant";
import {
  clientMessage,
  closeCodes,
  connectorLimits,
  type RegisteredMessage,
  type RegisterMessage,
  type ServerMessage,
  type TestResultMessage,
} from "@rhesis/engine/connector/schema";
import { cleanText, parseCleanJson } from "@rhesis/engine/target/clean-json";
import { AppError } from "@rhesis/telemetry/app-error";
import type { ZodError } from "zod";
import type { StoredAnswer } from "./calls.ts";

/** Who may connect, and as what. */
export type Admission = { tenant: Tenant & { user_id: string }; project_id: string; environment: string };

export type ConnectorSocket = {
  send(text: string): void;
  /** @param reason 123 bytes at most */
  close(code: number, reason: string): void;
};

/** What a session needs of whoever holds all of them. */
export type SessionHost = {
  register(session: Session, message: RegisterMessage): Promise<RegisteredMessage["endpoints"]>;
  sent(session: Session, call_id: string): void;
  /** @param answer null where the call was taken back */
  answered(session: Session, call_id: string, answer: StoredAnswer | null): void;
  ended(session: Session): Promise<void>;
  failed(error: unknown): void;
};

const longestReason = 123;
const longestError = 10_000;
const windowMs = 1_000;
/** Calls that were taken back and whose answer may still come. */
const mostRemembered = 10_000;

export class Session {
  readonly id: string;
  readonly admission: Admission;
  /** Sent and not answered. */
  readonly calls = new Set<string>();
  is_registered = false;
  readonly #socket: ConnectorSocket;
  readonly #host: SessionHost;
  /** The newest of what is to be registered. */
  #wanted: RegisterMessage | null = null;
  #registering: Promise<void> | undefined;
  readonly #cancelled = new Set<string>();
  #closing = false;
  #ended: Promise<void> | undefined;
  #window = { began: 0, messages: 0 };

  constructor(id: string, admission: Admission, socket: ConnectorSocket, host: SessionHost) {
    this.id = id;
    this.admission = admission;
    this.#socket = socket;
    this.#host = host;
  }

  get tenant(): Tenant {
    return this.admission.tenant;
  }

  get organization_id(): string {
    return this.admission.tenant.organization_id;
  }

  greet(): void {
    const { tenant, project_id, environment } = this.admission;
    const { organization_id, user_id } = tenant;
    this.#say({ type: "connected", connection_id: this.id, organization_id, project_id, environment, user_id });
  }

  /** Takes a message as it came. One that is none ends the connection. */
  receive(text: string): void {
    if (this.#closing) return;
    const value = parseCleanJson(text);
    if (value === undefined) return this.close(closeCodes.not_json, "A message was not JSON, or nested too deeply.");
    const read = clientMessage.safeParse(value);
    if (!read.success) return this.close(closeCodes.refused, firstProblem(read.error));
    const message = read.data;
    if (message.type === "test_result" && this.#answer(message)) return;
    if (!this.#mayGoOn()) {
      const most = connectorLimits.messages_per_second;
      return this.close(closeCodes.refused, `More than ${most} messages came in a second.`);
    }
    if (message.type === "ping") this.#say({ type: "pong" });
    if (message.type !== "register") return;
    this.#wanted = message;
    this.#registering ??= this.#registerWanted();
  }

  /** Sends a call. @param text the whole message */
  call(call_id: string, text: string): void {
    if (this.#closing) return;
    this.calls.add(call_id);
    this.#host.sent(this, call_id);
    this.#socket.send(text);
  }

  /** Nobody waits for a call any more. */
  cancel(call_id: string): void {
    if (!this.calls.delete(call_id)) return;
    this.#remember(call_id);
    this.#host.answered(this, call_id, null);
    this.#say({ type: "cancel_test", call_id });
  }

  close(code: number, reason: string): void {
    if (this.#closing) return;
    this.#closing = true;
    this.#socket.close(code, shortened(reason));
  }

  /** To be told when the socket has closed, whoever closed it. */
  ended(): Promise<void> {
    this.#closing = true;
    this.#ended ??= Promise.resolve(this.#registering).then(() => this.#host.ended(this));
    return this.#ended;
  }

  /** False where nothing was asked. */
  #answer({ call_id, status, output, error }: TestResultMessage): boolean {
    // It may have been on its way when the call was taken back: that is nobody's fault.
    if (this.#cancelled.delete(call_id)) return true;
    if (!this.calls.delete(call_id)) return false;
    const failed = cleanText(error ?? "It did not say why.").slice(0, longestError);
    this.#host.answered(this, call_id, status === "success" ? { output: output ?? null } : { error: failed });
    return true;
  }

  #remember(call_id: string): void {
    this.#cancelled.add(call_id);
    const [oldest] = this.#cancelled;
    if (this.#cancelled.size > mostRemembered && oldest !== undefined) this.#cancelled.delete(oldest);
  }

  /** One after the other; what was replaced before its turn came is passed over. */
  async #registerWanted(): Promise<void> {
    for (let message = this.#wanted; message !== null && !this.#closing; message = this.#wanted) {
      this.#wanted = null;
      await this.#register(message);
    }
    this.#registering = undefined;
  }

  async #register(message: RegisterMessage): Promise<void> {
    try {
      const endpoints = await this.#host.register(this, message);
      this.is_registered = true;
      this.#say({ type: "registered", endpoints });
    } catch (error) {
      if (error instanceof AppError) return this.close(closeCodes.refused, error.message);
      this.#host.failed(error);
      this.close(closeCodes.try_again, "Your functions could not be registered. Connect again.");
    }
  }

  #say(message: ServerMessage): void {
    if (!this.#closing) this.#socket.send(JSON.stringify(message));
  }

  #mayGoOn(): boolean {
    const now = performance.now();
    if (now - this.#window.began >= windowMs) this.#window = { began: now, messages: 0 };
    return ++this.#window.messages <= connectorLimits.messages_per_second;
  }
}

function firstProblem({ issues }: ZodError): string {
  const [issue] = issues;
  if (issue === undefined) return "A message was not understood.";
  const place = issue.path.join(".");
  return place === "" || place === "type"
    ? "A message is of no known type."
    : `A message is wrong at ${place}: ${issue.message}`;
}

function shortened(reason: string): string {
  let text = reason;
  while (Buffer.byteLength(text) > longestReason) text = text.slice(0, -1);
  return text;
}
