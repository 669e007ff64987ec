/** SQL of the audit log, which triggers write and nobody edits. */
import { sql, type Expression, type RawBuilder, type Selectable } from "kysely";
import { notFound } from "@rhesis/telemetry/app-error";
import type { AuditLog } from "../database.generated.ts";
import { readDressedPage, type Page, type PageArgs } from "../page.ts";
import type { Tx } from "../tenant.ts";

const columns = ["id", "user_id", "request_id", "action", "entity_type", "entity_id", "created_at"] as const;

type Row = Selectable<AuditLog>;
export type AuditEntryRow = Pick<Row, (typeof columns)[number]> & {
  /** What the thing is called, at most 200 characters; null where it has neither name, text nor address. */
  entity_name: string | null;
  user_name: string | null;
};
type Snapshot = Record<string, unknown> | null;
export type AuditDetailRow = AuditEntryRow & { before: Snapshot; after: Snapshot };

export type AuditFilter = {
  entity_type?: string | undefined;
  entity_id?: string | undefined;
  user_id?: string | undefined;
};

/** A name as it is after the change, or was before it: a list tells the things apart without showing all of them. */
const entityName = sql<string | null>`left(coalesce(
  nullif(after ->> 'name', ''), nullif(before ->> 'name', ''), after ->> 'input', before ->> 'input', after ->> 'email', before ->> 'email'), 200)`;

/** Of rows that join two things: the part, which has no name of its own there. The whole is what the entry is about. */
const partId = sql<string | null>`case when entity_type in ('test_set_test', 'test_set_metric', 'requirement_metric')
  then coalesce(after, before) ->> case entity_type when 'test_set_test' then 'test_id' else 'metric_id' end end::uuid`;

/** The entries of a page, in its order, with who made the change, and the names of what was joined to what. */
async function withNames<Entry extends AuditEntryRow>(
  tx: Tx,
  page: Expression<unknown>,
  way: RawBuilder<unknown>,
  shown: readonly string[] = columns,
): Promise<Entry[]> {
  const idsOf = (column: string, ...types: string[]) =>
    sql`array(select ${sql.ref(column)} from page where entity_type in (${sql.join(types.map((type) => sql.lit(type)))}))`;
  const { rows } = await sql<Entry>`
    with page as materialized (${page}),
      u as materialized (select id, name from "user" where id = any(array(select user_id from page))
        or id = any(${idsOf("entity_id", "membership")})),
      part as materialized (
        select id, coalesce(nullif(name, ''), left(input, 80)) as name from test
        where id = any(${idsOf("part_id", "test_set_test")})
        union all select id, name from metric where id = any(${idsOf("part_id", "test_set_metric", "requirement_metric")})
      ),
      whole as materialized (
        select id, name from test_set where id = any(${idsOf("entity_id", "test_set_test", "test_set_metric")})
        union all select id, name from requirement where id = any(${idsOf("entity_id", "requirement_metric")})
      )
    select ${sql.join(shown.map((column) => sql.ref(`page.${column}`)))}, by.name as user_name, left(coalesce(page.entity_name, '“' || part.name || '” in “' || whole.name || '”',
      part.name, whole.name, of.name), 200) as entity_name
    from page left join u by on by.id = page.user_id
      left join u of on of.id = page.entity_id and page.entity_type = 'membership'
      left join part on part.id = page.part_id
      left join whole on whole.id = page.entity_id and page.part_id is not null
    order by page.id ${way}`.execute(tx);
  return rows;
}

/** A page of changes, the latest first. */
export function listAuditLog(tx: Tx, args: PageArgs & AuditFilter): Promise<Page<AuditEntryRow>> {
  let matches = tx.selectFrom("audit_log");
  for (const column of ["entity_type", "entity_id", "user_id"] as const) {
    const value = args[column];
    if (value !== undefined) matches = matches.where(column, "=", value);
  }
  return readDressedPage(
    tx,
    args,
    "audit_log",
    matches.select(columns).select([entityName.as("entity_name"), partId.as("part_id")]),
    matches,
    (page, way) => withNames<AuditEntryRow>(tx, page, way),
  );
}

/** A change with what was before and after. @throws not_found */
export async function getAuditEntry(tx: Tx, id: string): Promise<AuditDetailRow> {
  const entry = tx
    .selectFrom("audit_log")
    .select(columns)
    .select([entityName.as("entity_name"), partId.as("part_id"), "before", "after"])
    .where("id", "=", id);
  const [row] = await withNames<AuditDetailRow>(tx, entry, sql`asc`, [...columns, "before", "after"]);
  if (row === undefined) throw notFound("entry");
  return row;
}
