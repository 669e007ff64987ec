/** Single statements as the application makes them, for looking at what row-level security lets through. */
import type { QueryResult } from "pg";
import type { Tenant } from "@rhesis/db/tenant";
import type { TestDatabase } from "./database.ts";

/** Runs one statement on behalf of `tenant`, or of nobody, and undoes it. @throws what the database answers */
export async function asTenant(
  { database }: Pick<TestDatabase, "database">,
  tenant: Tenant | null,
  sql: string,
  values: unknown[] = [],
): Promise<QueryResult> {
  const client = await database.pool.connect();
  try {
    await client.query("begin");
    if (tenant !== null) {
      await client.query("select set_config('app.organization_id', $1, true), set_config('app.user_id', $2, true)", [
        tenant.organization_id,
        tenant.user_id,
      ]);
    }
    return await client.query(sql, values);
  } finally {
    await client.query("rollback");
    client.release();
  }
}

/** How many rows a statement met, or the code of the error that it ended with. */
export async function outcomeOf(attempt: Promise<QueryResult>): Promise<number | string> {
  return attempt.then(
    (result) => result.rowCount ?? 0,
    (error: { code?: string }) => error.code ?? "unknown",
  );
}
