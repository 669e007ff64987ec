/** The names of the users a page is about. */
import { sql, type Expression, type RawBuilder } from "kysely";
import type { Tx } from "../tenant.ts";

/** The rows of a page, each with the name of the user of its `user_id`; in the order of the page. */
export async function withUserNames<Row>(
  tx: Tx,
  page: Expression<unknown>,
  way: RawBuilder<unknown>,
): Promise<(Row & { user_name: string | null })[]> {
  const { rows } = await sql<Row & { user_name: string | null }>`
    with page as materialized (${page}),
      u as materialized (select id, name from "user" where id = any(array(select user_id from page)))
    select page.*, u.name as user_name from page left join u on u.id = page.user_id order by page.id ${way}`.execute(
    tx,
  );
  return rows;
}
