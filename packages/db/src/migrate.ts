/** Migrations: SQL files in time order, applied by Kysely's Migrator as the owner. */
import { readdir, readFile } from "node:fs/promises";
import { Kysely, PostgresDialect, sql } from "kysely";
import { Migrator, type Migration, type MigrationProvider } from "kysely/migration";
import { Pool } from "pg";

const directory = new URL("../migrations/", import.meta.url);

/** Names of all migrations of this version, in time order. */
export async function migrationNames(): Promise<string[]> {
  const files = (await readdir(directory)).filter((name) => name.endsWith(".sql"));
  return files.map((name) => name.replace(/\.sql$/, "")).toSorted();
}

const sqlFiles: MigrationProvider = {
  async getMigrations() {
    const entries = (await migrationNames()).map(async (name): Promise<[string, Migration]> => {
      const text = await readFile(new URL(`${name}.sql`, directory), "utf8");
      return [name, { up: async (db) => void (await sql.raw(text).execute(db)) }];
    });
    return Object.fromEntries(await Promise.all(entries));
  },
};

export type MigrationOutcome = { name: string; status: "Success" | "Error" | "NotExecuted" };

/**
 * Brings the database to the newest schema. All pending migrations are one transaction.
 * @param owner_url connects as `rhesis_owner`
 * @throws the error of the first migration that failed; nothing is applied then
 */
export async function migrateToLatest(owner_url: string): Promise<MigrationOutcome[]> {
  return withMigrator(owner_url, async (migrator) => {
    const { error, results } = await migrator.migrateToLatest();
    if (error !== undefined) throw error instanceof Error ? error : new Error("migration failed", { cause: error });
    return (results ?? []).map(({ migrationName, status }) => ({ name: migrationName, status }));
  });
}

/** Names of the migrations that are not applied yet. */
export async function pendingMigrations(owner_url: string): Promise<string[]> {
  return withMigrator(owner_url, async (migrator) => {
    const migrations = await migrator.getMigrations();
    return migrations.filter((migration) => migration.executedAt === undefined).map((migration) => migration.name);
  });
}

async function withMigrator<T>(owner_url: string, work: (migrator: Migrator) => Promise<T>): Promise<T> {
  const pool = new Pool({ connectionString: owner_url, max: 1, options: "-c lock_timeout=5s" });
  const db = new Kysely<unknown>({ dialect: new PostgresDialect({ pool }) });
  try {
    return await work(
      new Migrator({
        db,
        provider: sqlFiles,
        migrationTableName: "schema_migration",
        migrationLockTableName: "schema_migration_lock",
      }),
    );
  } finally {
    await db.destroy();
  }
}
