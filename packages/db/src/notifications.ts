/** What the database calls out (NOTIFY), on one connection that comes back by itself. */
import { Client, type Notification } from "pg";

export type Notifications = {
  /** Calls `listener` with the payload of each notification on `channel`. Returns how to stop. */
  on(channel: string, listener: (payload: string) => void): () => void;
  /** Calls `listener` after the connection was lost and is there again: what was said in between is lost. */
  onReconnect(listener: () => void): () => void;
  /** Resolves once every channel asked for so far is listened to. */
  ready(): Promise<void>;
  close(): Promise<void>;
};

const firstDelayMs = 100;
const longestDelayMs = 5_000;
const heartbeatMs = 15_000;

/**
 * Connects when the first channel is asked for. Needs a session of its own: poolers in transaction mode break it.
 * @param url connects as any role
 */
export function createNotifications(url: string, application_name = "rhesis-notifications"): Notifications {
  return new NotificationConnection(url, application_name);
}

class NotificationConnection implements Notifications {
  readonly #url: string;
  readonly #applicationName: string;
  readonly #listeners = new Map<string, Set<(payload: string) => void>>();
  readonly #reconnectListeners = new Set<() => void>();
  #connection: Promise<Client | null> | undefined;
  #pending: Promise<unknown> = Promise.resolve();
  #retry: NodeJS.Timeout | undefined;
  #heartbeat: NodeJS.Timeout | undefined;
  #wasConnected = false;
  #closed = false;

  constructor(url: string, applicationName: string) {
    this.#url = url;
    this.#applicationName = applicationName;
  }

  on(channel: string, listener: (payload: string) => void): () => void {
    if (!/^[a-z_]+$/.test(channel)) throw new TypeError("a channel is lower-case letters");
    const listeners = this.#listeners.get(channel);
    if (listeners === undefined) {
      this.#listeners.set(channel, new Set([listener]));
      this.#listen(channel);
    } else {
      listeners.add(listener);
    }
    return () => void this.#listeners.get(channel)?.delete(listener);
  }

  onReconnect(listener: () => void): () => void {
    this.#reconnectListeners.add(listener);
    return () => void this.#reconnectListeners.delete(listener);
  }

  async ready(): Promise<void> {
    await this.#pending;
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#retry);
    clearInterval(this.#heartbeat);
    const client = await this.#connection;
    await client?.end().catch(() => undefined);
  }

  /** A channel asked for while there is a connection; without one, connecting listens to all. */
  #listen(channel: string): void {
    if (this.#connection === undefined) {
      if (this.#retry === undefined && !this.#closed) this.#connect(firstDelayMs);
      return;
    }
    const connection = this.#connection;
    const listening = connection.then((client) => client?.query(`listen ${channel}`));
    this.#pending = Promise.allSettled([this.#pending, listening]);
    // A channel that could not be listened to would be silent for ever: start over.
    listening.catch(async () => void (await connection)?.end());
  }

  #connect(delay: number): void {
    this.#retry = undefined;
    const connection = this.#open().catch(() => {
      if (this.#connection === connection) this.#lost(delay);
      return null;
    });
    this.#connection = connection;
    this.#pending = Promise.allSettled([this.#pending, connection]);
  }

  async #open(): Promise<Client> {
    const client = new Client({
      connectionString: this.#url,
      application_name: this.#applicationName,
      keepAlive: true,
      connectionTimeoutMillis: 10_000,
      query_timeout: 10_000,
    });
    let isUp = false;
    const onEnd = () => {
      if (!isUp) return;
      isUp = false;
      this.#lost(firstDelayMs);
    };
    client.on("error", onEnd);
    client.on("end", onEnd);
    client.on("notification", (notification) => this.#announce(notification));
    await client.connect();
    const channels = [...this.#listeners.keys()].map((channel) => `listen ${channel}`);
    try {
      await client.query(channels.join(";"));
    } catch (error) {
      client.end().catch(() => undefined);
      throw error;
    }
    isUp = true;
    this.#established(client);
    return client;
  }

  #established(client: Client): void {
    // A connection cut without a word looks open: asking finds out.
    this.#heartbeat = setInterval(() => {
      client.query("select 1").catch(() => void client.end().catch(() => undefined));
    }, heartbeatMs);
    this.#heartbeat.unref();
    const again = this.#wasConnected;
    this.#wasConnected = true;
    if (again) for (const listener of this.#reconnectListeners) listener();
  }

  #lost(delay: number): void {
    clearInterval(this.#heartbeat);
    this.#connection = undefined;
    if (this.#closed) return;
    this.#retry = setTimeout(() => this.#connect(Math.min(delay * 2, longestDelayMs)), delay * (0.5 + Math.random()));
    this.#retry.unref();
  }

  #announce({ channel, payload }: Notification): void {
    for (const listener of this.#listeners.get(channel) ?? []) listener(payload ?? "");
  }
}
