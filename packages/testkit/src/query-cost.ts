/** What calls cost, counted: round trips on the wire, and the pages of the database that their reads touch. */
import { createRequire } from "node:module";
import { Client } from "pg";
import type { CompiledQuery } from "kysely";
import { createDatabase, plannerOptions, type Database } from "@rhesis/db/database";
import { createTx } from "@rhesis/db/tenant-dialect";
import { tenantSettings, tenantValues, type Tenant } from "@rhesis/db/tenant";
import { openCountedLine, type LineCounts } from "./counted-line.ts";

const { prepareValue } = createRequire(import.meta.resolve("pg"))("pg/lib/utils") as {
  prepareValue(this: void, value: unknown): string | null;
};

export type Read = { tenant: Tenant; query: CompiledQuery };

export type PlanMode = "force_custom_plan" | "force_generic_plan";

export type CountedDatabase = {
  database: Database;
  /** Runs `work`; what was read in transactions meanwhile, and what all of it sent over the wire. */
  count<T>(work: () => Promise<T>): Promise<{ result: T; reads: Read[] } & LineCounts>;
  /**
   * Pages of shared buffers that `reads` touch, found or fetched, as the application's role with row-level security in
   * force. A statement that is prepared once is planned for its values or for any; both have to be good.
   */
  buffersOf(reads: readonly Read[], mode: PlanMode): Promise<number>;
  close(): Promise<void>;
};

/** The database as the application has it, over a line that counts. */
export async function countReads(app_url: string): Promise<CountedDatabase> {
  const client = new Client({ connectionString: app_url, options: plannerOptions });
  await client.connect();
  const line = await openCountedLine(app_url);
  const database = createDatabase({ url: line.url, application_name: "test" });
  let reads: Read[] = [];
  return {
    database: {
      ...database,
      read: (tenant, work) =>
        database.read(tenant, (tx) =>
          work(
            createTx(async (query) => {
              reads.push({ tenant, query });
              const { rows } = await tx.executeQuery(query);
              return { command: "SELECT", rowCount: rows.length, rows };
            }),
          ),
        ),
    },
    async count(work) {
      reads = [];
      const counted = await line.count(work);
      return { ...counted, reads };
    },
    async buffersOf(reads, mode) {
      let buffers = 0;
      for (const read of reads) buffers += await buffersOfOne(client, read, mode);
      return buffers;
    },
    async close() {
      await Promise.all([client.end(), database.close()]);
      await line.close();
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
