/** Kysely on a connection that already belongs to one tenant. */
import {
  Kysely,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  type CompiledQuery,
  type DatabaseConnection,
  type Dialect,
  type Driver,
  type QueryResult,
} from "kysely";
import type { DB } from "./database.generated.ts";
import type { Tx } from "./tenant.ts";

/** Of what the driver answers, what Kysely needs. */
type Answer = { command: string; rowCount: number | null; rows: unknown[] };
type RunQuery = (query: CompiledQuery) => Promise<Answer>;

const adapter = new PostgresAdapter();
const compiler = new PostgresQueryCompiler();

class TenantConnection implements DatabaseConnection {
  readonly #run: RunQuery;

  constructor(run: RunQuery) {
    this.#run = run;
  }

  async executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    const result = await this.#run(query);
    if (result.command === "SELECT") return { rows: result.rows as R[] };
    return { rows: result.rows as R[], numAffectedRows: BigInt(result.rowCount ?? 0) };
  }

  // oxlint-disable-next-line require-yield -- a tenant transaction never streams: pipelining allows no cursors
  async *streamQuery<R>(): AsyncIterableIterator<QueryResult<R>> {
    throw new Error("streaming is not available inside a tenant transaction");
  }
}

function refuse(): Promise<never> {
  return Promise.reject(new Error("a tenant transaction cannot open another one"));
}

function tenantDriver(connection: DatabaseConnection): Driver {
  return {
    init: async () => undefined,
    acquireConnection: async () => connection,
    beginTransaction: refuse,
    commitTransaction: refuse,
    rollbackTransaction: refuse,
    releaseConnection: async () => undefined,
    destroy: async () => undefined,
  };
}

/** A `Tx` whose queries go to `run`. Cheap: one is made per transaction. */
export function createTx(run: RunQuery): Tx {
  const dialect: Dialect = {
    createAdapter: () => adapter,
    createDriver: () => tenantDriver(new TenantConnection(run)),
    createQueryCompiler: () => compiler,
    createIntrospector: (db) => new PostgresIntrospector(db),
  };
  return new Kysely<DB>({ dialect }) as unknown as Tx;
}
