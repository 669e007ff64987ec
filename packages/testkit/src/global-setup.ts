/** One PostgreSQL for the whole test run, migrated once into a template that each test file clones. */
import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestProject } from "vitest/node";
import { startPostgres } from "@rhesis/local/postgres";
import { migrateToLatest } from "@rhesis/db/migrate";
import { provisionDatabase } from "@rhesis/db/provision";
import { migrateQueue } from "@rhesis/jobs/migrate-queue";
import { databaseUrl, template } from "./cluster.ts";

declare module "vitest" {
  export interface ProvidedContext {
    admin_url: string;
  }
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const folder = mkdtempSync(join(tmpdir(), "rhesis-test-"));
  chmodSync(folder, 0o755);
  const postgres = await startPostgres({
    data_dir: join(folder, "data"),
    log_file: join(folder, "postgres.log"),
    durable: false,
    // A vacuum of its own accord would change what the tests that count pages have prepared.
    settings: { max_connections: "400", autovacuum: "off" },
  });
  try {
    await provisionDatabase({ admin_url: postgres.admin_url, ...template });
    const owner_url = databaseUrl(postgres.admin_url, "rhesis_owner", template.database);
    await migrateToLatest(owner_url);
    await migrateQueue(owner_url);
  } catch (error) {
    await postgres.stop();
    throw error;
  }
  project.provide("admin_url", postgres.admin_url);
  return async () => {
    await postgres.stop();
    rmSync(folder, { recursive: true, force: true });
  };
}
