/**
 * A flight: all queries of one tick go out together, behind the tenant's settings, as one implicit transaction on a
 * shared pipelined connection, in one round trip. Reads fly read-only. Flights of many tenants share a connection and
 * never mix: each ends with a `Sync`, and with it its settings.
 */
import { Client, type ClientConfig, type Submittable } from "pg";
import type { CompiledQuery } from "kysely";
import { FlightQuery, type FlightResult, type Statement } from "./flight-query.ts";
import { statementName } from "./statement-names.ts";
import { tenantSettings, tenantValues, type Tenant } from "./tenant.ts";

type Waiting = {
  query: CompiledQuery;
  resolve: (result: FlightResult) => void;
  reject: (error: unknown) => void;
};

/** A small fixed set of pipelined connections, opened when first needed and replaced when they break. */
export type FlightConnections = {
  next(): Promise<Client>;
  close(): Promise<void>;
};

/** At most `count` connections, taken in turn. */
export function createFlightConnections(config: ClientConfig, count: number): FlightConnections {
  const slots: (Promise<Client> | undefined)[] = Array.from({ length: count }, () => undefined);
  let turn = 0;

  const open = async (slot: number): Promise<Client> => {
    const client = new Client({ ...config, pipeline: true });
    const forget = () => (slots[slot] = undefined);
    client.on("error", forget);
    client.on("end", forget);
    try {
      await client.connect();
    } catch (error) {
      forget();
      throw error;
    }
    return client;
  };

  return {
    next() {
      turn = (turn + 1) % count;
      return (slots[turn] ??= open(turn));
    },
    async close() {
      const open = slots.filter((slot) => slot !== undefined);
      void slots.fill(undefined);
      await Promise.allSettled(open.map(async (slot) => (await slot).end()));
    },
  };
}

const settings = {
  read: {
    name: "tenant_read",
    text: `${tenantSettings.text}, set_config('transaction_read_only', 'on', true)`,
  },
  write: tenantSettings,
};

/** Collects the queries of one tick for one tenant. */
export class Flight {
  readonly #connections: FlightConnections;
  readonly #settings: Statement;
  #waiting: Waiting[] = [];

  constructor(connections: FlightConnections, tenant: Tenant, what: "read" | "write") {
    this.#connections = connections;
    this.#settings = { ...settings[what], values: tenantValues(tenant) };
  }

  run(query: CompiledQuery): Promise<FlightResult> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ query, resolve, reject });
      if (this.#waiting.length === 1) process.nextTick(() => void this.#depart());
    });
  }

  async #depart(): Promise<void> {
    const group = this.#waiting;
    this.#waiting = [];
    try {
      const client = await this.#connections.next();
      sendGroup(client, this.#settings, group);
    } catch (error) {
      for (const waiting of group) waiting.reject(error);
    }
  }
}

function sendGroup(client: Client, settings: Statement, group: Waiting[]): void {
  const statements = group.map(({ query }) => ({
    name: statementName(query.sql),
    text: query.sql,
    values: query.parameters,
  }));
  const flight = new FlightQuery([settings, ...statements], (error, results) => {
    for (const [at, waiting] of group.entries()) {
      const result = results[at + 1];
      if (error === null && result !== undefined) waiting.resolve(result);
      else waiting.reject(error ?? new Error("the database answered fewer queries than were asked"));
    }
  });
  client.query(flight as unknown as Submittable);
}
