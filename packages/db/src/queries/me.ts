/** SQL of the caller's own person, and of where they belong. */
import { sql } from "kysely";
import { notFound } from "@rhesis/telemetry/app-error";
import type { MembershipRow } from "../gates.ts";
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

/** All organizations of the person the transaction acts for, in the order of their names: through a gate. */
export async function readOwnMemberships(tx: Tx): Promise<MembershipRow[]> {
  const { rows } = await sql<MembershipRow>`select * from gate_memberships(current_actor())`.execute(tx);
  return rows;
}
