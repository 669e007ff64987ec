/**
 * Several prepared statements behind one `Sync`: PostgreSQL runs them as one implicit transaction, so a
 * transaction-local setting made by the first holds for the rest and is gone afterwards.
 */
import { createRequire } from "node:module";
import type { Socket } from "node:net";
import { Query } from "pg";
import { pgTypes } from "./pg-types.ts";

const { prepareValue } = createRequire(import.meta.url)("pg/lib/utils") as {
  prepareValue: (value: unknown) => unknown;
};

export type Statement = { name: string | undefined; text: string; values: readonly unknown[] };
export type FlightResult = { command: string; rowCount: number; rows: unknown[] };

/** The part of the driver's connection that speaks the extended protocol. */
type Connection = {
  stream: Socket;
  parse(message: { name: string | undefined; text: string }): void;
  bind(message: { statement: string | undefined; values: readonly unknown[]; valueMapper: typeof prepareValue }): void;
  describe(message: { type: "P"; name: string }): void;
  execute(message: object): void;
  close(message: { type: "S"; name: string }): void;
  sync(): void;
};

type Column = { name: string; read: (value: string) => unknown };

/** What a connection knows of a statement. After a failed flight it is perhaps prepared, perhaps not. */
type Prepared = { doubtful: boolean; columns: Column[] | undefined };

const preparedOn = new WeakMap<Connection, Map<string, Prepared>>();

// The driver takes queries of others on a pipelined connection only where they are of its own class.
const DriverQuery = Query as unknown as new (config: { text: string }) => object;

/** One flight. `done` gets one result per statement, or the first error. */
export class FlightQuery extends DriverQuery {
  readonly #statements: readonly Statement[];
  readonly #done: (error: Error | null, results: FlightResult[]) => void;
  readonly #results: FlightResult[] = [];
  #connection: Connection | undefined;
  #rows: unknown[] = [];
  #columns: Column[] | undefined;

  constructor(statements: readonly Statement[], done: (error: Error | null, results: FlightResult[]) => void) {
    super({ text: "" });
    this.#statements = statements;
    this.#done = done;
  }

  /** Called by the driver when it is this flight's turn to be written. */
  submit(connection: Connection): null {
    this.#connection = connection;
    connection.stream.cork();
    try {
      for (const statement of this.#statements) send(connection, statement);
      connection.sync();
    } finally {
      connection.stream.uncork();
    }
    return null;
  }

  handleRowDescription(message: { fields: { name: string; dataTypeID: number }[] }): void {
    this.#columns = message.fields.map(({ name, dataTypeID }) => ({
      name,
      read: pgTypes.getTypeParser(dataTypeID, "text"),
    }));
    const known = this.#known();
    if (known !== undefined) known.columns = this.#columns;
  }

  handleDataRow(message: { fields: (string | null)[] }): void {
    const columns = (this.#columns ??= this.#known()?.columns ?? []);
    const row: Record<string, unknown> = {};
    for (let at = 0; at < columns.length; at += 1) {
      const column = columns[at];
      const value = message.fields[at];
      if (column !== undefined) row[column.name] = value === null || value === undefined ? null : column.read(value);
    }
    this.#rows.push(row);
  }

  handleCommandComplete(message: { text: string }): void {
    const words = message.text.split(" ");
    this.#results.push({ command: words[0] ?? "", rowCount: Number(words.at(-1)) || 0, rows: this.#rows });
    this.#rows = [];
    this.#columns = undefined;
  }

  handleReadyForQuery(): void {
    this.#done(null, this.#results);
  }

  handleError(error: Error): void {
    const known = this.#connection === undefined ? undefined : preparedOn.get(this.#connection);
    for (const { name } of this.#statements) {
      const prepared = name === undefined ? undefined : known?.get(name);
      if (prepared !== undefined) prepared.doubtful = true;
    }
    this.#done(error, []);
  }

  #known(): Prepared | undefined {
    const name = this.#statements[this.#results.length]?.name;
    return name === undefined || this.#connection === undefined
      ? undefined
      : preparedOn.get(this.#connection)?.get(name);
  }
}

function send(connection: Connection, { name, text, values }: Statement): void {
  const known = knownOn(connection);
  const prepared = name === undefined ? undefined : known.get(name);
  if (prepared === undefined || prepared.doubtful) {
    if (name !== undefined && prepared !== undefined) connection.close({ type: "S", name });
    connection.parse({ name, text });
    if (name !== undefined) known.set(name, { doubtful: false, columns: undefined });
  }
  connection.bind({ statement: name, values, valueMapper: prepareValue });
  if (prepared?.columns === undefined || prepared.doubtful) connection.describe({ type: "P", name: "" });
  connection.execute({});
}

function knownOn(connection: Connection): Map<string, Prepared> {
  const known = preparedOn.get(connection);
  if (known !== undefined) return known;
  const fresh = new Map<string, Prepared>();
  preparedOn.set(connection, fresh);
  return fresh;
}
