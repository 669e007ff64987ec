/** The side of the connector that holds sockets: sends calls that wait for its connections, and keeps their answers. */
import { randomUUID } from "node:crypto";
import {
  endConnections,
  keepConnections,
  storeConnectorAnswers,
  takeConnectorCalls,
  type ConnectorAnswer,
} from "@rhesis/db/queries/connector";
import type { Tenant } from "@rhesis/db/tenant";
import { closeCodes, type RegisteredMessage, type RegisterMessage } from "@rhesis/engine/connector/schema";
import { Batch, byOrganization } from "./batch.ts";
import type { ConnectorTools } from "./calls.ts";
import { registerFunctions } from "./register.ts";
import { Session, type Admission, type ConnectorSocket, type SessionHost } from "./session.ts";

/** A third of the time after which a connection is taken for dead. */
const heartbeatMs = 10_000;

type Owned<T> = T & { organization_id: string };

/** One per process. `process` names it, for whoever looks for a fault. */
export class ConnectorHub {
  readonly #tools: ConnectorTools;
  readonly #process: string;
  readonly #sessions = new Map<string, Session>();
  readonly #calls = new Map<string, Session>();
  readonly #take: Batch<Session>;
  readonly #store: Batch<Owned<ConnectorAnswer>>;
  readonly #end: Batch<Session>;
  readonly #stops: (() => void)[];
  readonly #timer: NodeJS.Timeout;

  constructor(tools: ConnectorTools, process: string) {
    this.#tools = tools;
    this.#process = process;
    this.#take = new Batch((sessions) => this.#takeAll(sessions), this.#warn("calls could not be taken"));
    this.#store = new Batch((answers) => this.#storeAll(answers), this.#warn("answers could not be kept"));
    this.#end = new Batch((sessions) => this.#endAll(sessions), this.#warn("a connection could not be ended"));
    const { notifications } = tools;
    this.#stops = [
      notifications.on("connector_call", (id) => this.#look(this.#sessions.get(id))),
      notifications.on("connector_cancel", (id) => this.#calls.get(id)?.cancel(id)),
      notifications.onReconnect(() => this.#lookAtAll()),
    ];
    this.#timer = setInterval(() => void this.#beat(), heartbeatMs).unref();
  }

  /** How many connections of an organization end here. */
  connectionsOf(organization_id: string): number {
    return [...this.#sessions.values()].filter((session) => session.organization_id === organization_id).length;
  }

  /** Greets a process that may connect. Nothing is known of its functions before it registers them. */
  open(admission: Admission, socket: ConnectorSocket): Session {
    const session = new Session(randomUUID(), admission, socket, this.#host());
    this.#sessions.set(session.id, session);
    session.greet();
    return session;
  }

  /** Closes all connections: whoever was connected comes back to another process of ours. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    for (const stop of this.#stops) stop();
    const sessions = [...this.#sessions.values()];
    for (const session of sessions) session.close(closeCodes.restart, "We are starting again. Connect again.");
    await Promise.all(sessions.map((session) => session.ended()));
    for (const batch of [this.#take, this.#store, this.#end]) batch.stop();
    await Promise.all([this.#take.idle(), this.#store.idle(), this.#end.idle()]);
  }

  #host(): SessionHost {
    return {
      register: (session, message) => this.#register(session, message),
      sent: (session, call_id) => this.#calls.set(call_id, session),
      answered: ({ id, tenant }, call_id, answer) => {
        this.#calls.delete(call_id);
        if (answer === null) return;
        const { organization_id } = tenant;
        this.#store.add({ organization_id, id: call_id, connection_id: id, answer: JSON.stringify(answer) });
      },
      ended: (session) => this.#ended(session),
      failed: this.#warn("functions could not be registered"),
    };
  }

  async #register(session: Session, message: RegisterMessage): Promise<RegisteredMessage["endpoints"]> {
    const { id, tenant, admission } = session;
    const { project_id, environment } = admission;
    const { client_version, functions: offered } = message;
    const user_id = tenant.user_id;
    const connection = { id, project_id, environment, user_id, process: this.#process, client_version };
    return this.#tools.database.write(tenant, (tx) => registerFunctions(tx, { ...connection, offered }));
  }

  /** What it had answered still counts. The rest fails, and is called elsewhere. */
  async #ended(session: Session): Promise<void> {
    this.#sessions.delete(session.id);
    for (const call_id of session.calls) this.#calls.delete(call_id);
    if (!session.is_registered) return;
    await this.#store.settled();
    this.#end.add(session);
  }

  #look(session: Session | undefined): void {
    if (session !== undefined) this.#take.add(session);
  }

  #lookAtAll(): void {
    for (const session of this.#sessions.values()) if (session.is_registered) this.#take.add(session);
  }

  async #takeAll(sessions: Session[]): Promise<void> {
    await this.#forEach(sessions, async (tenant, own) => {
      const calls = await this.#tools.database.writeAtOnce(tenant, (tx) => takeConnectorCalls(tx, idsOf(own)));
      for (const { id, connection_id, request } of calls) this.#sessions.get(connection_id)?.call(id, request);
    });
  }

  async #storeAll(answers: Owned<ConnectorAnswer>[]): Promise<void> {
    await this.#forEach(answers, async (tenant, own) => {
      await this.#tools.database.writeAtOnce(tenant, (tx) => storeConnectorAnswers(tx, own));
    });
  }

  async #endAll(sessions: Session[]): Promise<void> {
    await this.#forEach(sessions, async (tenant, own) => {
      await this.#tools.database.writeAtOnce(tenant, (tx) => endConnections(tx, idsOf(own)));
    });
  }

  /** Says that all are alive; one that was forgotten meanwhile has to register again. */
  async #beat(): Promise<void> {
    const registered = [...this.#sessions.values()].filter((session) => session.is_registered);
    try {
      await this.#forEach(registered, async (tenant, own) => {
        const kept = await this.#tools.database.writeAtOnce(tenant, (tx) => keepConnections(tx, idsOf(own)));
        const gone = own.filter(({ id }) => !kept.includes(id));
        for (const session of gone) session.close(closeCodes.restart, "We lost sight of you. Connect again.");
      });
    } catch (err) {
      this.#tools.log.warn({ err }, "connections could not be kept alive");
    }
    this.#lookAtAll();
  }

  async #forEach<Item extends { organization_id: string }>(
    items: readonly Item[],
    work: (tenant: Tenant, own: Item[]) => Promise<void>,
  ): Promise<void> {
    await Promise.all(
      byOrganization(items).map(([organization_id, own]) => work({ organization_id, user_id: null }, own)),
    );
  }

  #warn(message: string): (err: unknown) => void {
    return (err) => this.#tools.log.warn({ err }, message);
  }
}

function idsOf(sessions: readonly Session[]): string[] {
  return [...new Set(sessions.map(({ id }) => id))];
}
