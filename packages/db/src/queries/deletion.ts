/** SQL of the recycle bin: what was deleted, bringing it back, and removing it for good. */
import { sql, type Selectable } from "kysely";
import { AppError, notFound } from "@rhesis/telemetry/app-error";
import { assetNames, partsOf, type AssetTable } from "../asset.ts";
import type { Deletion } from "../database.generated.ts";
import { holds } from "../like.ts";
import { readPage, type Page, type PageArgs } from "../page.ts";
import type { Tx } from "../tenant.ts";

const columns = ["id", "entity_type", "entity_id", "name", "project_id", "user_id", "created_at"] as const;

export type DeletionRow = Pick<Selectable<Deletion>, (typeof columns)[number]>;

export type DeletionFilter = {
  q?: string | undefined;
  entity_type?: AssetTable | undefined;
  project_id?: string | undefined;
};

/** A page of what people deleted; `q` finds a part of the name, ignoring case. */
export async function listDeletions(tx: Tx, args: PageArgs & DeletionFilter): Promise<Page<DeletionRow>> {
  let matches = tx.selectFrom("deletion");
  const { q, entity_type, project_id } = args;
  if (entity_type !== undefined) matches = matches.where("entity_type", "=", entity_type);
  if (project_id !== undefined) matches = matches.where("project_id", "=", project_id);
  if (q !== undefined) matches = matches.where((eb) => holds(eb, q, "name"));
  return readPage(tx, args, "deletion", matches.select(columns), matches);
}

/** Takes a deletion out of the recycle bin, so that it is restored or purged once. @throws not_found */
export async function takeDeletion(tx: Tx, id: string): Promise<DeletionRow> {
  const row = await tx.deleteFrom("deletion").where("id", "=", id).returning(columns).executeTakeFirst();
  if (row === undefined) throw notFound("deletion");
  return row;
}

/** What a thing cannot live without. */
const needs: Partial<Record<AssetTable, readonly (readonly [AssetTable, string])[]>> = {
  endpoint: [["project", "project_id"]],
  test: [["project", "project_id"]],
  test_set: [["project", "project_id"]],
  test_run: [["project", "project_id"]],
  experiment: [["project", "project_id"]],
  schedule: [
    ["project", "project_id"],
    ["test_set", "test_set_id"],
    ["endpoint", "endpoint_id"],
  ],
  metric: [["model", "model_id"]],
};

/**
 * Brings back exactly what one deletion hid and returns how many things that were.
 * @throws conflict where something it cannot live without is deleted too
 */
export async function restoreDeletion(tx: Tx, deletion: DeletionRow): Promise<number> {
  const { id, entity_type } = deletion;
  for (const [parent, column] of needs[entity_type] ?? []) await requireParent(tx, deletion, parent, column);
  if (entity_type === "model") await yieldDefault(tx, deletion.entity_id);
  let restored = 0;
  for (const table of [entity_type, ...(partsOf[entity_type] ?? []).map(([part]) => part)]) {
    const result = await sql`
      update ${sql.table(table)} set deleted_at = null, deletion_id = null
      where deletion_id = ${id} and deleted_at is not null`.execute(tx);
    restored += Number(result.numAffectedRows ?? 0);
  }
  return restored;
}

async function requireParent(
  tx: Tx,
  { entity_type, entity_id }: DeletionRow,
  parent: AssetTable,
  column: string,
): Promise<void> {
  const { rows } = await sql`
    select from ${sql.table(entity_type)} child
    join ${sql.table(parent)} parent on parent.id = child.${sql.ref(column)}
    where child.id = ${entity_id} and parent.deleted_at is not null`.execute(tx);
  if (rows.length === 0) return;
  const name = assetNames[parent];
  throw new AppError("conflict", `Its ${name} is deleted too. Restore the ${name} first.`);
}

/** A default model that comes back does not take the place of the one chosen meanwhile. */
async function yieldDefault(tx: Tx, model_id: string): Promise<void> {
  await sql`
    update model set is_default = false
    where id = ${model_id} and is_default
      and exists (select from model other where other.is_default and other.deleted_at is null)`.execute(tx);
}

/** Labels and texts that tests only name: a purge takes the name away. */
const unlinked: Partial<Record<AssetTable, string>> = {
  requirement: "requirement_id",
  topic: "topic_id",
  category: "category_id",
  prompt: "prompt_id",
};

/** What still refers to a thing that would be purged, deleted or not. */
export async function countReferences(
  tx: Tx,
  child: "metric" | "test_run",
  column: "model_id" | "test_set_id" | "endpoint_id",
  id: string,
): Promise<{ live: number; deleted: number }> {
  const { rows } = await sql<{ live: number; deleted: number }>`
    select count(*) filter (where deleted_at is null) as live, count(*) filter (where deleted_at is not null) as deleted
    from ${sql.table(child)} where ${sql.ref(column)} = ${id}`.execute(tx);
  return rows[0] ?? { live: 0, deleted: 0 };
}

/** Removes what one deletion hid for good and returns how many things that were. A project goes with all that is in it. */
export async function purgeDeletion(tx: Tx, { id, entity_type, entity_id }: DeletionRow): Promise<number> {
  let purged = 1;
  for (const [part, column] of partsOf[entity_type] ?? []) {
    const { rows } = await sql<{ parts: number }>`
      select count(*) as parts from ${sql.table(part)} where ${sql.ref(column)} = ${entity_id}`.execute(tx);
    purged += rows[0]?.parts ?? 0;
  }
  const link = unlinked[entity_type];
  if (link !== undefined) {
    await sql`update test set ${sql.ref(link)} = null where ${sql.ref(link)} = ${entity_id}`.execute(tx);
  }
  await sql`delete from ${sql.table(entity_type)} where id = ${entity_id} and deletion_id = ${id}`.execute(tx);
  return purged;
}
