/** SQL of the caller's own person. */
import { notFound } from "@rhesis/telemetry/app-error";
import type { Tx } from "../tenant.ts";

export type PersonRow = { id: string; name: string; email: string | null; picture: string | null };

/** The person the transaction acts for. @throws not_found */
export async function getPerson(tx: Tx, user_id: string): Promise<PersonRow> {
  const row = await tx
    .selectFrom("user")
    .select(["id", "name", "email", "picture"])
    .where("id", "=", user_id)
    .executeTakeFirst();
  if (row === undefined) throw notFound("user");
  return row;
}
