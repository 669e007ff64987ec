/** SQL of the audit log, which triggers write and nobody edits. */
import { sql, type Selectable } from "kysely";
import { notFound } from "@rhesis/telemetry/app-error";
import type { AuditLog } from "../database.generated.ts";
import { readDressedPage, type Page, type PageArgs } from "../page.ts";
import type { Tx } from "../tenant.ts";
import { withUserNames } from "./user-names.ts";

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
  after ->> 'name', before ->> 'name', after ->> 'input', before ->> 'input', after ->> 'email', before ->> 'email'), 200)`;

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
    matches.select(columns).select(entityName.as("entity_name")),
    matches,
    (page, way) => withUserNames<AuditEntryRow>(tx, page, way),
  );
}

/** A change with what was before and after. @throws not_found */
export async function getAuditEntry(tx: Tx, id: string): Promise<AuditDetailRow> {
  const row = await tx
    .selectFrom("audit_log as a")
    .leftJoin("user as u", "u.id", "a.user_id")
    .select(columns.map((column) => `a.${column}` as const))
    .select(["u.name as user_name", entityName.as("entity_name")])
    .select([sql<Snapshot>`a.before`.as("before"), sql<Snapshot>`a.after`.as("after")])
    .where("a.id", "=", id)
    .executeTakeFirst();
  if (row === undefined) throw notFound("entry");
  return row;
}
