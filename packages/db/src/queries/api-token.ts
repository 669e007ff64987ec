/** SQL of API tokens. Their hashes go in and never come out. */
import { sql, type Selectable } from "kysely";
import { notFound } from "@rhesis/telemetry/app-error";
import type { ApiToken } from "../database.generated.ts";
import { readDressedPage, type Page, type PageArgs } from "../page.ts";
import type { Tx } from "../tenant.ts";
import { withUserNames } from "./user-names.ts";

const columns = [
  "id",
  "name",
  "hint",
  "scopes",
  "project_id",
  "user_id",
  "expires_at",
  "last_used_at",
  "revoked_at",
  "created_at",
] as const;

export type ApiTokenRow = Pick<Selectable<ApiToken>, (typeof columns)[number]> & { user_name: string | null };

/** Which tokens somebody may see: those of one user, or all of the organization. */
export type TokenFilter = { user_id?: string | undefined; project_id?: string | undefined; include_revoked: boolean };

/** A page of tokens with the names of their users, the latest first. */
export function listApiTokens(tx: Tx, args: PageArgs & TokenFilter): Promise<Page<ApiTokenRow>> {
  let matches = tx.selectFrom("api_token");
  if (args.user_id !== undefined) matches = matches.where("user_id", "=", args.user_id);
  if (args.project_id !== undefined) matches = matches.where("project_id", "=", args.project_id);
  if (!args.include_revoked) matches = matches.where("revoked_at", "is", null);
  return readDressedPage(tx, args, "api_token", matches.select(columns), matches, (page, way) =>
    withUserNames<ApiTokenRow>(tx, page, way),
  );
}

/**
 * A token, also a revoked one.
 * @param only whose it has to be, and of which project; undefined is anybody's in the organization
 * @throws not_found
 */
export async function getApiToken(
  tx: Tx,
  id: string,
  only: { user_id?: string | undefined; project_id?: string | undefined } = {},
): Promise<ApiTokenRow> {
  let matches = tx
    .selectFrom("api_token as t")
    .leftJoin("user as u", "u.id", "t.user_id")
    .select(columns.map((column) => `t.${column}` as const))
    .select("u.name as user_name")
    .where("t.id", "=", id);
  if (only.user_id !== undefined) matches = matches.where("t.user_id", "=", only.user_id);
  if (only.project_id !== undefined) matches = matches.where("t.project_id", "=", only.project_id);
  const row = await matches.executeTakeFirst();
  if (row === undefined) throw notFound("token");
  return row;
}

export type NewApiToken = {
  name: string;
  hint: string;
  token_hash: Buffer;
  scopes: string[];
  project_id: string | null;
  /** From now; null is for ever. */
  expires_in_days: number | null;
  /** The token that makes it, if one does: the new one does not outlive it. */
  made_by: string | null;
};

/** A token of the transaction's user. Returns its id. */
export async function insertApiToken(tx: Tx, { expires_in_days, ...token }: NewApiToken): Promise<string> {
  const row = await tx
    .insertInto("api_token")
    .values({
      ...token,
      expires_at: sql<Date | null>`least(now() + make_interval(days => ${expires_in_days}::integer),
        (select expires_at from api_token where id = ${token.made_by}::uuid))`,
    })
    .returning("id")
    .executeTakeFirstOrThrow();
  return row.id;
}

/** Ends a token and those made with it, whoever has them. Repeating it changes nothing. */
export async function revokeApiToken(tx: Tx, id: string): Promise<void> {
  await sql`
    with recursive ended as (
      select id from api_token where id = ${id}
      union
      select made.id from api_token made join ended on made.made_by = ended.id
    )
    update api_token set revoked_at = now() where id in (select id from ended) and revoked_at is null`.execute(tx);
}
