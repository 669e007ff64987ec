/** The calling side of the connector: makes calls and waits for their answers, whichever process holds the socket. */
import { randomUUID } from "node:crypto";
import type { Database } from "@rhesis/db/database";
import type { Notifications } from "@rhesis/db/notifications";
import {
  collectConnectorCalls,
  dropConnectorCalls,
  insertConnectorCall,
  type CollectedCall,
} from "@rhesis/db/queries/connector";
import type { Tenant } from "@rhesis/db/tenant";
import type { ConnectorCall, ConnectorPort, ConnectorReply } from "@rhesis/engine/connector/port";
import type { ExecuteTestMessage, ParametersOrigin } from "@rhesis/engine/connector/schema";
import type { Json } from "@rhesis/engine/target/schema";
import { Batch, byOrganization } from "./batch.ts";

export type ConnectorLog = { warn(fields: object, message: string): void };

export type ConnectorTools = {
  database: Pick<Database, "writeAtOnce" | "write">;
  notifications: Pick<Notifications, "on" | "onReconnect">;
  log: ConnectorLog;
};

/** For whom a call is made, and with which version of the project's parameters. */
export type CallScope = { tenant: Tenant; project_id: string; parameters?: ParametersOrigin | undefined };

export type StoredAnswer = { output: Json } | { error: string };

type Wait = {
  id: string;
  organization_id: string;
  /** Whether its row was there. */
  is_made: boolean;
  end: (reply: ConnectorReply) => void;
};

/** Looks even if nobody called: a notification can be lost, and a process that dies says nothing. */
const lookMs = 2_000;

const noVersion: ParametersOrigin = {
  parameter_source: null,
  parameter_source_environment: null,
  parameter_experiment_id: null,
  parameter_version: null,
};

/** One per process, shared by all its calls. */
export class ConnectorCalls {
  readonly #tools: ConnectorTools;
  readonly #waits = new Map<string, Wait>();
  readonly #collect: Batch<Wait>;
  readonly #drop: Batch<Wait>;
  readonly #stops: (() => void)[];
  #timer: NodeJS.Timeout | undefined;

  constructor(tools: ConnectorTools) {
    this.#tools = tools;
    this.#collect = new Batch((waits) => this.#collectAll(waits), this.#warn("answers could not be read"));
    this.#drop = new Batch((waits) => this.#dropAll(waits), this.#warn("a call could not be taken back"));
    const { notifications } = tools;
    this.#stops = [
      notifications.on("connector_answer", (id) => this.#look(this.#waits.get(id))),
      notifications.onReconnect(() => this.#lookAtAll()),
    ];
  }

  /** How a target client calls functions on behalf of one project. */
  portFor(scope: CallScope): ConnectorPort {
    return { call: (call) => this.#call(scope, call) };
  }

  /** Calls under way have ended before, as the target client that made them has closed. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    for (const stop of this.#stops) stop();
    for (const batch of [this.#collect, this.#drop]) batch.stop();
    await Promise.all([this.#collect.idle(), this.#drop.idle()]);
  }

  async #call(scope: CallScope, call: ConnectorCall): Promise<ConnectorReply> {
    const { promise, resolve } = Promise.withResolvers<ConnectorReply>();
    const { organization_id } = scope.tenant;
    const wait: Wait = { id: randomUUID(), organization_id, is_made: false, end: resolve };
    this.#waits.set(wait.id, wait);
    this.#timer ??= setInterval(() => this.#lookAtAll(), lookMs).unref();
    const timeout = setTimeout(() => resolve({ kind: "timeout" }), call.timeout_ms);
    const cancel = (): void => resolve({ kind: "cancelled" });
    call.signal?.addEventListener("abort", cancel);
    try {
      const made = this.#make(scope, call, wait);
      const reply = await Promise.race([promise, made.then(() => promise)]);
      if (reply.kind === "timeout" || reply.kind === "cancelled") this.#giveUp(wait, made);
      return reply;
    } finally {
      clearTimeout(timeout);
      call.signal?.removeEventListener("abort", cancel);
      this.#waits.delete(wait.id);
    }
  }

  async #make({ tenant, project_id, parameters = noVersion }: CallScope, call: ConnectorCall, wait: Wait) {
    const { environment, signal: _, ...sent } = call;
    const message: ExecuteTestMessage = { type: "execute_test", call_id: wait.id, ...sent, ...parameters };
    const { function_name, timeout_ms } = call;
    const row = { id: wait.id, project_id, environment, function_name, timeout_ms, request: JSON.stringify(message) };
    const made = await this.#tools.database.writeAtOnce(tenant, (tx) => insertConnectorCall(tx, row));
    if (made) wait.is_made = true;
    else wait.end({ kind: "not_connected" });
  }

  /** Nobody waits for this while it is done. */
  #giveUp(wait: Wait, made: Promise<void>): void {
    made.then(
      () => this.#drop.add(wait),
      () => undefined,
    );
  }

  #look(wait: Wait | undefined): void {
    if (wait !== undefined) this.#collect.add(wait);
  }

  #lookAtAll(): void {
    for (const wait of this.#waits.values()) if (wait.is_made) this.#collect.add(wait);
  }

  async #collectAll(waits: Wait[]): Promise<void> {
    await Promise.all(
      byOrganization(waits).map(async ([organization_id, own]) => {
        // What was not made when the look began is not lost because it was not seen.
        const made = own.filter((wait) => wait.is_made);
        const ids = [...new Set(own.map(({ id }) => id))];
        const rows = await this.#tools.database.writeAtOnce({ organization_id, user_id: null }, (tx) =>
          collectConnectorCalls(tx, ids),
        );
        const found = new Map(rows.map((row) => [row.id, row]));
        for (const row of rows) if (row.is_over) this.#waits.get(row.id)?.end(replyOf(row));
        for (const { id, end } of made) if (!found.has(id)) end({ kind: "closed" });
      }),
    );
  }

  async #dropAll(waits: Wait[]): Promise<void> {
    await Promise.all(
      byOrganization(waits).map(([organization_id, own]) =>
        this.#tools.database.writeAtOnce({ organization_id, user_id: null }, (tx) =>
          dropConnectorCalls(
            tx,
            own.map(({ id }) => id),
          ),
        ),
      ),
    );
  }

  #warn(message: string): (err: unknown) => void {
    return (err) => this.#tools.log.warn({ err }, message);
  }
}

function replyOf({ answer }: CollectedCall): ConnectorReply {
  if (answer === null) return { kind: "closed" };
  const stored = JSON.parse(answer) as StoredAnswer;
  return "error" in stored
    ? { kind: "function_failed", error: stored.error }
    : { kind: "answered", output: stored.output };
}
