/** A database of its own for each test file, cloned from the migrated template. */
import { randomBytes } from "node:crypto";
import { Client } from "pg";
import { afterAll, beforeAll, inject } from "vitest";
import { createDatabase, type Database } from "@rhesis/db/database";
import { databaseUrl, template } from "./cluster.ts";

export type TestDatabase = {
  /** Connects as the application does: no ownership, row-level security in force. */
  database: Database;
  app_url: string;
  owner_url: string;
  /** Superuser on this database, for looking behind row-level security. */
  admin_url: string;
  /** Runs one statement as superuser. */
  admin: <Row extends object = Record<string, unknown>>(sql: string, values?: unknown[]) => Promise<Row[]>;
  close(): Promise<void>;
};

/** Clones the template (about 50 ms). Close it when done. */
export async function openTestDatabase(options: { max_connections?: number } = {}): Promise<TestDatabase> {
  const server_url = inject("admin_url");
  const name = `test_${randomBytes(6).toString("hex")}`;
  await onServer(server_url, `create database ${name} template ${template.database} owner rhesis_owner`);
  const admin_url = Object.assign(new URL(server_url), { pathname: `/${name}` }).href;
  const app_url = databaseUrl(server_url, "rhesis_app", name);
  const admin = new Client({ connectionString: admin_url });
  await admin.connect();
  const database = createDatabase({ url: app_url, application_name: "test", ...options });
  return {
    database,
    app_url,
    owner_url: databaseUrl(server_url, "rhesis_owner", name),
    admin_url,
    admin: async <Row extends object>(sql: string, values?: unknown[]) => (await admin.query<Row>(sql, values)).rows,
    async close() {
      await Promise.all([database.close(), admin.end()]);
      await onServer(server_url, `drop database ${name} with (force)`);
    },
  };
}

/** A database for the test file it is called in, opened before its first test and dropped after its last. */
export function useTestDatabase(): () => TestDatabase {
  let open: TestDatabase | undefined;
  beforeAll(async () => {
    open = await openTestDatabase();
  });
  afterAll(async () => {
    await open?.close();
  });
  return () => {
    if (open === undefined) throw new Error("the test database opens before the first test");
    return open;
  };
}

async function onServer(server_url: string, statement: string): Promise<void> {
  const client = new Client({ connectionString: server_url });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}
