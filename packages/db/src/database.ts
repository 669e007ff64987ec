/** The database of one process: its pool, its shared read connections and the tenant transaction. */
import { Pool, type PoolClient, type QueryResult } from "pg";
import type { CompiledQuery } from "kysely";
import { pgTypes } from "./pg-types.ts";
import { createFlightConnections, Flight } from "./flight.ts";
import { statementName } from "./statement-names.ts";
import { createTx } from "./tenant-dialect.ts";
import { tenantSettings, tenantValues, type Tenant, type Tx } from "./tenant.ts";

export type DatabaseOptions = {
  /** Connects as `rhesis_app`. */
  url: string;
  application_name: string;
  /** Connections for writing transactions. */
  max_connections?: number;
  /** Shared pipelined connections for reads. */
  read_connections?: number;
  /** Milliseconds after which a statement is stopped. */
  statement_timeout_ms?: number;
};

export type Database = {
  /**
   * Reads as one tenant. Queries started in the same tick leave in one round trip; each flight is its own read-only
   * transaction, which for read committed sees what a longer one would.
   */
  read<T>(tenant: Tenant, work: (tx: Tx) => Promise<T>): Promise<T>;
  /** Writes as one tenant: begin, settings and the first query in one flight; rolls back when `work` throws. */
  write<T>(tenant: Tenant, work: (tx: Tx) => Promise<T>): Promise<T>;
  /**
   * Writes in one round trip: the statements that `work` starts in one tick are one transaction, committed once they
   * have all answered. For what needs no answer before its next statement; a later tick is another transaction.
   */
  writeAtOnce<T>(tenant: Tenant, work: (tx: Tx) => Promise<T>): Promise<T>;
  /** For the gate functions and health checks only: no tenant is set, so tenant tables show no rows. */
  readonly pool: Pool;
  close(): Promise<void>;
};

/**
 * How plans are chosen: the default price of a random page is that of a spinning disk, for which the planner reads whole
 * tables where an index holds the answer; and compiling a plan costs more than running one of ours.
 */
export const plannerOptions = "-c random_page_cost=1.1 -c jit=off";

/** Connections for `writeAtOnce`: a flight may wait for a lock, and those behind it on its connection wait with it. */
const writeFlights = 4;
/** What flies to write is the same few statements over and over, whose plans do not depend on their values. */
const writeFlightOptions = "-c plan_cache_mode=force_generic_plan";

/** @see DatabaseOptions. Connections are opened when first needed. */
export function createDatabase(options: DatabaseOptions): Database {
  const config = {
    connectionString: options.url,
    application_name: options.application_name,
    types: pgTypes,
    keepAlive: true,
    connectionTimeoutMillis: 10_000,
    options: `-c statement_timeout=${options.statement_timeout_ms ?? 15_000} -c idle_in_transaction_session_timeout=60000 -c timezone=UTC ${plannerOptions}`,
  };
  const pool = new Pool({ ...config, max: options.max_connections ?? 10, pipeline: true });
  // A broken idle connection is replaced by the pool; without a listener the event would end the process.
  pool.on("error", () => undefined);
  // The same for one that breaks while it is in use: whoever waits for its answer is told by the query.
  pool.on("connect", (client) => client.on("error", () => undefined));
  const reads = createFlightConnections(config, options.read_connections ?? 4);
  const writes = createFlightConnections(
    { ...config, options: `${config.options} ${writeFlightOptions}` },
    writeFlights,
  );
  return {
    pool,
    read: (tenant, work) => inFlight(() => new Flight(reads, tenant, "read"), work),
    write: (tenant, work) => writeAs(pool, tenant, work),
    writeAtOnce: (tenant, work) => inFlight(() => new Flight(writes, tenant, "write"), work),
    close: async () => void (await Promise.all([pool.end(), reads.close(), writes.close()])),
  };
}

async function inFlight<T>(prepare: () => Flight, work: (tx: Tx) => Promise<T>): Promise<T> {
  const flight = prepare();
  return work(createTx((query) => flight.run(query)));
}

async function writeAs<T>(pool: Pool, tenant: Tenant, work: (tx: Tx) => Promise<T>): Promise<T> {
  const values = tenantValues(tenant);
  const client = await pool.connect();
  const transaction = new WriteTransaction(client, values);
  try {
    const result = await work(createTx((query) => transaction.run(query)));
    await transaction.end("commit");
    client.release();
    return result;
  } catch (error) {
    const failed = await transaction.end("rollback").then(
      () => undefined,
      (reason: unknown) => reason ?? true,
    );
    client.release(failed !== undefined);
    throw error;
  }
}

class WriteTransaction {
  readonly #client: PoolClient;
  readonly #values: string[];
  #state: "idle" | "open" | "ended" = "idle";
  #failure: unknown;

  constructor(client: PoolClient, values: string[]) {
    this.#client = client;
    this.#values = values;
  }

  async run(query: CompiledQuery): Promise<QueryResult> {
    if (this.#state === "ended") throw new Error("the tenant transaction has ended");
    const sent = this.#state === "idle" ? this.#begin() : undefined;
    const { sql, parameters } = query;
    const result = this.#client
      .query({ name: statementName(sql), text: sql, values: [...parameters] })
      .catch((error: unknown) => Promise.reject(this.#causeOf(error)));
    if (sent === undefined) return result;
    const [answer] = await Promise.all([result, sent]);
    return answer;
  }

  async end(how: "commit" | "rollback"): Promise<void> {
    const open = this.#state === "open";
    this.#state = "ended";
    if (!open) return;
    const { command } = await this.#client.query(how);
    // PostgreSQL answers COMMIT of a failed transaction with ROLLBACK; that must not look like success.
    if (how === "commit" && command !== "COMMIT") throw new Error("the transaction was rolled back");
  }

  /** What was sent behind a statement that failed is refused for that; the reason is the failure before. */
  #causeOf(error: unknown): unknown {
    if (error instanceof Error && Reflect.get(error, "code") === "25P02") return this.#failure ?? error;
    this.#failure ??= error;
    return error;
  }

  async #begin(): Promise<void> {
    this.#state = "open";
    await Promise.all([this.#client.query("begin"), this.#client.query({ ...tenantSettings, values: this.#values })]);
  }
}
