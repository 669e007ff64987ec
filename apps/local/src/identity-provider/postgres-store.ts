/** Keeps what the identity provider remembers in a database of its own, away from the tenants' data. */
import { Client, DatabaseError, Pool } from "pg";
import type { KeyValueStore } from "./store.ts";

const database = "rhesis_login";

export type PostgresStore = KeyValueStore & { close(): Promise<void> };

/**
 * Opens the store, making its database and table where they are missing.
 *
 * @param admin_url address of any database of the server, as a user who may create databases
 */
export async function openPostgresStore(admin_url: string): Promise<PostgresStore> {
  await createDatabase(admin_url);
  const url = new URL(admin_url);
  url.pathname = `/${database}`;
  const pool = new Pool({ connectionString: url.href, max: 3, idleTimeoutMillis: 10_000 });
  // An idle connection that breaks is replaced at the next query.
  pool.on("error", () => undefined);
  await unlessThere(
    pool.query(`create table if not exists identity_provider_item (
      key text primary key,
      value jsonb not null,
      expires_at timestamptz
    )`),
  );
  await pool.query("delete from identity_provider_item where expires_at < now()");
  return {
    get: async (key) => {
      const found = await pool.query<{ value: unknown }>(
        "select value from identity_provider_item where key = $1 and (expires_at is null or expires_at > now())",
        [key],
      );
      return found.rows[0]?.value;
    },
    set: async (key, value, expires_at) => {
      await pool.query(
        `insert into identity_provider_item (key, value, expires_at) values ($1, $2, $3)
         on conflict (key) do update set value = excluded.value, expires_at = excluded.expires_at`,
        [key, JSON.stringify(value), expires_at ?? null],
      );
    },
    delete: async (key) => {
      await pool.query("delete from identity_provider_item where key = $1", [key]);
    },
    close: () => pool.end(),
  };
}

async function createDatabase(admin_url: string): Promise<void> {
  const client = new Client({ connectionString: admin_url });
  await client.connect();
  try {
    const found = await client.query("select from pg_database where datname = $1", [database]);
    if (found.rowCount === 0) await unlessThere(client.query(`create database ${database}`));
  } finally {
    await client.end();
  }
}

const madeMeanwhile = new Set(["42P04", "42P07", "23505"]);

/** Another process may make the same at the same moment; one of them is then told so. */
async function unlessThere(making: Promise<unknown>): Promise<void> {
  try {
    await making;
  } catch (error) {
    if (!(error instanceof DatabaseError) || !madeMeanwhile.has(error.code ?? "")) throw error;
  }
}
