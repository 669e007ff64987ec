/** A migrated database for one benchmark. */
import { randomBytes } from "node:crypto";
import { Client } from "pg";
import { migrateToLatest } from "@rhesis/db/migrate";
import { provisionDatabase } from "@rhesis/db/provision";
import { databaseUrl, template } from "../cluster.ts";

export type BenchDatabase = { admin_url: string; app_url: string; owner_url: string; drop(): Promise<void> };

/** On the server of `BENCH_ADMIN_URL`, which `npm run bench` starts. */
export async function openBenchDatabase(): Promise<BenchDatabase> {
  const server_url = process.env["BENCH_ADMIN_URL"];
  if (server_url === undefined) throw new Error("run benchmarks with: npm run bench");
  const database = `bench_${randomBytes(4).toString("hex")}`;
  await provisionDatabase({ admin_url: server_url, ...template, database });
  const owner_url = databaseUrl(server_url, "rhesis_owner", database);
  await migrateToLatest(owner_url);
  return {
    admin_url: Object.assign(new URL(server_url), { pathname: `/${database}` }).href,
    app_url: databaseUrl(server_url, "rhesis_app", database),
    owner_url,
    async drop() {
      const client = new Client({ connectionString: server_url });
      await client.connect();
      await client.query(`drop database ${database} with (force)`);
      await client.end();
    },
  };
}

/** Runs one statement as superuser. */
export async function asAdmin<Row extends object>(
  admin_url: string,
  text: string,
  values: unknown[] = [],
): Promise<Row[]> {
  const client = new Client({ connectionString: admin_url });
  await client.connect();
  try {
    return (await client.query<Row>(text, values)).rows;
  } finally {
    await client.end();
  }
}
