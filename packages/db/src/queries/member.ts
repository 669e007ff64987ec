/** SQL of who belongs to an organization, and of who is invited to it. */
import { sql, type Selectable } from "kysely";
import { notFound } from "@rhesis/telemetry/app-error";
import type { Membership } from "../database.generated.ts";
import { countUpTo, decodeCursor, readDressedPage, toPage, type Page, type PageArgs } from "../page.ts";
import type { Tx } from "../tenant.ts";

type Row = Selectable<Membership>;
type Role = Row["role"];

export type MemberRow = Pick<Row, "user_id" | "role" | "created_at" | "updated_at" | "version"> & {
  name: string;
  email: string | null;
  picture: string | null;
  last_seen_at: Date | null;
};

/** A page of members in the order in which they first signed in, newest first unless said otherwise. */
export async function listMembers(tx: Tx, args: PageArgs): Promise<Page<MemberRow>> {
  const way = args.sort === "created_at" ? sql`asc` : sql`desc`;
  const cursor = args.cursor === undefined || args.cursor === null ? undefined : decodeCursor(args.cursor, "none");
  const beyond =
    cursor === undefined
      ? sql``
      : sql`where m.user_id ${args.sort === "created_at" ? sql`>` : sql`<`} ${cursor[1]}::uuid`;
  const [{ rows }, total] = await Promise.all([
    sql<MemberRow>`
      with page as materialized (
        select m.user_id, m.role, m.created_at, m.updated_at, m.version from membership m ${beyond}
        order by m.user_id ${way} limit ${args.limit + 1} offset ${args.offset ?? 0}
      ), person as materialized (
        select id, name, email, picture, last_seen_at from "user" where id = any(array(select user_id from page))
      )
      select page.*, person.name, person.email, person.picture, person.last_seen_at
      from page join person on person.id = page.user_id order by page.user_id ${way}`.execute(tx),
    countUpTo(tx, tx.selectFrom("membership")),
  ]);
  return toPage(args, "user_id", rows, total, "user_id");
}

/** @throws not_found */
export async function getMember(tx: Tx, user_id: string): Promise<MemberRow> {
  const row = await tx
    .selectFrom("membership as m")
    .innerJoin("user as u", "u.id", "m.user_id")
    .select(["m.user_id", "m.role", "m.created_at", "m.updated_at", "m.version"])
    .select(["u.name", "u.email", "u.picture", "u.last_seen_at"])
    .where("m.user_id", "=", user_id)
    .executeTakeFirst();
  if (row === undefined) throw notFound("member");
  return row;
}

/** Holds all owners and one member for this transaction, so that two changes cannot both take away the last owner. */
export async function lockMember(
  tx: Tx,
  user_id: string,
): Promise<{ role: Role; version: number; other_owners: number }> {
  const rows = await tx
    .selectFrom("membership")
    .select(["user_id", "role", "version"])
    .where((eb) => eb.or([eb("role", "=", "owner"), eb("user_id", "=", user_id)]))
    .orderBy("user_id")
    .forUpdate()
    .execute();
  const own = rows.find((row) => row.user_id === user_id);
  if (own === undefined) throw notFound("member");
  const other_owners = rows.filter((row) => row.role === "owner" && row.user_id !== user_id).length;
  return { role: own.role, version: own.version, other_owners };
}

/** Of somebody who is a member; changes nothing for others. */
export async function setRole(tx: Tx, { user_id, role }: { user_id: string; role: Role }): Promise<void> {
  await tx.updateTable("membership").set({ role }).where("user_id", "=", user_id).execute();
}

/** Their tokens go with the membership. */
export async function removeMember(tx: Tx, user_id: string): Promise<void> {
  await tx.deleteFrom("membership").where("user_id", "=", user_id).execute();
}

/** True where somebody of that address is a member. */
export async function isMemberAddress(tx: Tx, email: string): Promise<boolean> {
  const row = await tx
    .selectFrom("membership as m")
    .innerJoin("user as u", "u.id", "m.user_id")
    .select("m.user_id")
    .where(sql<boolean>`lower(u.email) = lower(${email})`)
    .executeTakeFirst();
  return row !== undefined;
}

export type InvitationRow = {
  id: string;
  email: string;
  role: Role;
  invited_by: string | null;
  invited_by_name: string | null;
  created_at: Date;
  expires_at: Date;
};

function invitations(tx: Tx) {
  return tx.selectFrom("invitation").where("invitation.accepted_at", "is", null);
}

const invitationColumns = ["id", "email", "role", "invited_by", "created_at", "expires_at"] as const;

/** A page of invitations that nobody has accepted yet. */
export function listInvitations(tx: Tx, args: PageArgs): Promise<Page<InvitationRow>> {
  const matches = invitations(tx);
  return readDressedPage(tx, args, "invitation", matches.select(invitationColumns), matches, async (page, way) => {
    const named = await sql<InvitationRow>`
      with page as materialized (${page}),
        u as materialized (select id, name from "user" where id = any(array(select invited_by from page)))
      select page.*, u.name as invited_by_name from page left join u on u.id = page.invited_by
      order by page.id ${way}`.execute(tx);
    return named.rows;
  });
}

/** Invites an address; an invitation that has run out makes room for the new one. Returns its id. */
export async function insertInvitation(
  tx: Tx,
  { email, role }: { email: string; role: Role },
): Promise<{ id: string }> {
  await tx
    .deleteFrom("invitation")
    .where(sql<boolean>`lower(email) = lower(${email})`)
    .where("accepted_at", "is", null)
    .where("expires_at", "<=", sql<Date>`now()`)
    .execute();
  return tx
    .insertInto("invitation")
    .values({ email, role, invited_by: sql<string | null>`current_actor()` })
    .returning("id")
    .executeTakeFirstOrThrow();
}

/** @throws not_found */
export async function getInvitation(tx: Tx, id: string): Promise<InvitationRow> {
  const row = await invitations(tx)
    .leftJoin("user as u", "u.id", "invitation.invited_by")
    .select(invitationColumns.map((column) => `invitation.${column}` as const))
    .select("u.name as invited_by_name")
    .where("invitation.id", "=", id)
    .executeTakeFirst();
  if (row === undefined) throw notFound("invitation");
  return row;
}

/** @throws not_found */
export async function deleteInvitation(tx: Tx, id: string): Promise<void> {
  const row = await tx
    .deleteFrom("invitation")
    .where("id", "=", id)
    .where("accepted_at", "is", null)
    .returning("id")
    .executeTakeFirst();
  if (row === undefined) throw notFound("invitation");
}

/** The member with an address, ignoring case; null where there is none. */
export async function findMemberByEmail(tx: Tx, email: string): Promise<Pick<Row, "user_id" | "role"> | null> {
  const row = await tx
    .selectFrom("membership")
    .innerJoin("user", "user.id", "membership.user_id")
    .select(["membership.user_id", "membership.role"])
    .where((eb) => eb(eb.fn("lower", ["user.email"]), "=", email.toLowerCase()))
    .executeTakeFirst();
  return row ?? null;
}
