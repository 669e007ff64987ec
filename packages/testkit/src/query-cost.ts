/** What reads cost, counted: statements, round trips, and the pages of the database that they touch. */
import { createRequire } from "node:module";
import { Client } from "pg";
import type { CompiledQuery } from "kysely";
import { plannerOptions, type Database } from "@rhesis/db/database";
import { createFlightConnections, Flight } from "@rhesis/db/flight";
import { pgTypes } from "@rhesis/db/pg-types";
import { createTx } from "@rhesis/db/tenant-dialect";
import { tenantSettings, tenantValues, type Tenant } from "@rhesis/db/tenant";

const { prepareValue } = createRequire(import.meta.resolve("pg"))("pg/lib/utils") as {
  prepareValue(this: void, value: unknown): string | null;
};

export type Read = { tenant: Tenant; query: CompiledQuery };

export type PlanMode = "force_custom_plan" | "force_generic_plan";

export type CountedDatabase = {
  database: Database;
  /** Runs `work`; what was read meanwhile, and in how many round trips. */
  count<T>(work: () => Promise<T>): Promise<{ result: T; reads: Read[]; round_trips: number }>;
  /**
   * Pages of shared buffers that `reads` touch, found or fetched, as the application's role with row-level security in
   * force. A statement that is prepared once is planned for its values or for any; both have to be good.
   */
  buffersOf(reads: readonly Read[], mode: PlanMode): Promise<number>;
  close(): Promise<void>;
};

/** The database with its reads counted; it connects as the application does. */
export async function countReads(database: Database, app_url: string): Promise<CountedDatabase> {
  const client = new Client({ connectionString: app_url, options: plannerOptions });
  await client.connect();
  const connections = createFlightConnections({ connectionString: app_url, types: pgTypes }, 1);
  let reads: Read[] = [];
  let round_trips = 0;
  const counted = {
    // Asked for once per departure.
    next: () => ((round_trips += 1), connections.next()),
    close: () => connections.close(),
  };
  return {
    database: {
      ...database,
      read: async (tenant, work) => {
        const flight = new Flight(counted, tenant, "read");
        return work(createTx((query) => (reads.push({ tenant, query }), flight.run(query))));
      },
    },
    async count(work) {
      [reads, round_trips] = [[], 0];
      const result = await work();
      return { result, reads, round_trips };
    },
    async buffersOf(reads, mode) {
      let buffers = 0;
      for (const read of reads) buffers += await buffersOfOne(client, read, mode);
      return buffers;
    },
    async close() {
      await Promise.all([client.end(), connections.close()]);
    },
  };
}

async function buffersOfOne(client: Client, { tenant, query }: Read, mode: PlanMode): Promise<number> {
  await client.query("begin read only");
  try {
    await client.query(tenantSettings.text, tenantValues(tenant));
    await client.query(`set local plan_cache_mode = ${mode}`);
    await client.query(`prepare counted as ${query.sql}`);
    const values = query.parameters.map((value) => literalOf(client, value)).join(", ");
    const execute = query.parameters.length === 0 ? "execute counted" : `execute counted (${values})`;
    // The first run reads what it needs of the catalogue.
    await client.query(execute);
    const { rows } = await client.query<{ "QUERY PLAN": [{ Plan: Record<string, number> }] }>(
      `explain (analyze, buffers, timing off, format json) ${execute}`,
    );
    const plan = rows[0]?.["QUERY PLAN"][0].Plan ?? {};
    return (plan["Shared Hit Blocks"] ?? Number.NaN) + (plan["Shared Read Blocks"] ?? Number.NaN);
  } finally {
    await client.query("rollback");
    await client.query("deallocate counted");
  }
}

function literalOf(client: Client, value: unknown): string {
  const prepared = prepareValue(value);
  return prepared === null ? "null" : client.escapeLiteral(prepared);
}
