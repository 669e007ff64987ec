/** SQL of stored secrets, for key rotation. */
import type { Database } from "../database.ts";
import type { Tx } from "../tenant.ts";

export type SealedSecret =
  | { table: "endpoint"; column: "auth_secret"; row_id: string; sealed: string }
  | { table: "model"; column: "api_key"; row_id: string; sealed: string };

/** The ids of all organizations, through a gate. */
export async function organizationIds(database: Database): Promise<string[]> {
  const { rows } = await database.pool.query<{ id: string }>("select id from gate_organizations() as id");
  return rows.map((row) => row.id);
}

/** Every sealed secret of the organization, deleted assets included: they may be restored. */
export async function listSealedSecrets(tx: Tx): Promise<SealedSecret[]> {
  const [endpoints, models] = await Promise.all([
    tx.selectFrom("endpoint").select(["id", "auth_secret"]).where("auth_secret", "is not", null).execute(),
    tx.selectFrom("model").select(["id", "api_key"]).where("api_key", "is not", null).execute(),
  ]);
  return [
    ...endpoints.map((row) => ({
      table: "endpoint" as const,
      column: "auth_secret" as const,
      row_id: row.id,
      sealed: row.auth_secret ?? "",
    })),
    ...models.map((row) => ({
      table: "model" as const,
      column: "api_key" as const,
      row_id: row.id,
      sealed: row.api_key ?? "",
    })),
  ];
}

/** Replaces it unless somebody changed it meanwhile; returns how many rows were changed. */
export async function replaceSealedSecret(tx: Tx, secret: SealedSecret, sealed: string): Promise<number> {
  const result =
    secret.table === "endpoint"
      ? await tx
          .updateTable("endpoint")
          .set({ auth_secret: sealed })
          .where("id", "=", secret.row_id)
          .where("auth_secret", "=", secret.sealed)
          .executeTakeFirst()
      : await tx
          .updateTable("model")
          .set({ api_key: sealed })
          .where("id", "=", secret.row_id)
          .where("api_key", "=", secret.sealed)
          .executeTakeFirst();
  return Number(result.numUpdatedRows);
}
