/** SQL of the endpoints that stand for functions of connected processes. */
import { sql } from "kysely";
import type { Tx } from "../tenant.ts";

/** Holds the project, so that two processes that register at once do not make the same endpoints. False where it is not there. */
export async function holdProject(tx: Tx, project_id: string): Promise<boolean> {
  const row = await tx
    .selectFrom("project")
    .select("id")
    .where("id", "=", project_id)
    .where("deleted_at", "is", null)
    .forNoKeyUpdate()
    .executeTakeFirst();
  return row !== undefined;
}

export type FunctionEndpoint = { id: string; function_name: string };

/** The endpoints of a project that call functions in an environment, the oldest first. */
export function listFunctionEndpoints(
  tx: Tx,
  { project_id, environment }: { project_id: string; environment: string },
): Promise<FunctionEndpoint[]> {
  return tx
    .selectFrom("endpoint")
    .select(["id", sql<string>`config #>> '{connector,function}'`.as("function_name")])
    .where("project_id", "=", project_id)
    .where("deleted_at", "is", null)
    .where(sql<boolean>`config #>> '{connector,environment}' = ${environment}`)
    .orderBy("id")
    .execute();
}

/** Which of these names endpoints of the project have. */
export async function takenEndpointNames(tx: Tx, project_id: string, names: readonly string[]): Promise<Set<string>> {
  const rows = await tx
    .selectFrom("endpoint")
    .select("name")
    .where("project_id", "=", project_id)
    .where("deleted_at", "is", null)
    .where("name", "=", sql<string>`any(${[...names]}::text[])`)
    .execute();
  return new Set(rows.map(({ name }) => name));
}
