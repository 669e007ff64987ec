/** The queue's own tables, where PostgreSQL is the broker. They are outside row-level security: ids only. */
import { Client } from "pg";
import { runMigrations } from "bullmq";

export const queueSchema = "queue";

/** Brings the queue's schema to what this version of the library expects, and lets the application use it. */
export async function migrateQueue(owner_url: string): Promise<void> {
  const client = new Client({ connectionString: owner_url });
  await client.connect();
  try {
    await client.query(`create schema if not exists ${queueSchema}`);
    await runMigrations(client, queueSchema);
    await client.query(`grant usage on schema ${queueSchema} to rhesis_app`);
    await client.query(`grant select, insert, update, delete on all tables in schema ${queueSchema} to rhesis_app`);
    await client.query(`grant usage on all sequences in schema ${queueSchema} to rhesis_app`);
  } finally {
    await client.end();
  }
}
