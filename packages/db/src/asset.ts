/**
 * What all assets (things a team states, edits and deletes) have in common: get, create, PATCH with a version, soft
 * delete in one batch, restore of that batch.
 */
import { sql, type Insertable, type Kysely, type Selectable, type Updateable } from "kysely";
import { AppError, notFound } from "@rhesis/telemetry/app-error";
import type { DB } from "./database.generated.ts";
import type { Tx } from "./tenant.ts";

export type AssetTable =
  | "project"
  | "model"
  | "endpoint"
  | "requirement"
  | "topic"
  | "category"
  | "prompt"
  | "metric"
  | "test"
  | "test_set"
  | "test_run"
  | "experiment"
  | "schedule";

/** Names of assets as people read them. */
export const assetNames: Record<AssetTable, string> = {
  project: "project",
  model: "model",
  endpoint: "endpoint",
  requirement: "requirement",
  topic: "topic",
  category: "category",
  prompt: "prompt",
  metric: "metric",
  test: "test",
  test_set: "test set",
  test_run: "test run",
  experiment: "experiment",
  schedule: "schedule",
};

type AssetColumns = { id: string; deleted_at: Date | null; deletion_id: string | null; version: number };
type Assets = Kysely<Record<string, AssetColumns>>;
type Columns<T extends AssetTable> = readonly (keyof Selectable<DB[T]> & string)[];

// Kysely cannot check a statement whose table is a type parameter; the callers' types say what it takes and gives.
function untyped(tx: Tx): Assets {
  return tx as unknown as Assets;
}

function named(columns: readonly string[]): (keyof AssetColumns)[] {
  return columns as (keyof AssetColumns)[];
}

/** @throws not_found where it is absent, deleted, or another organization's */
export async function getAsset<T extends AssetTable, C extends Columns<T>>(
  tx: Tx,
  table: T,
  id: string,
  columns: C,
): Promise<Pick<Selectable<DB[T]>, C[number]>> {
  const row = await untyped(tx)
    .selectFrom(table as string)
    .select(named(columns))
    .where("id", "=", id)
    .where("deleted_at", "is", null)
    .executeTakeFirst();
  if (row === undefined) throw notFound(assetNames[table]);
  return row as unknown as Pick<Selectable<DB[T]>, C[number]>;
}

/** Inserts one row into the tenant of the transaction. */
export async function createAsset<T extends AssetTable, C extends Columns<T>>(
  tx: Tx,
  table: T,
  values: Omit<Insertable<DB[T]>, "organization_id" | "version">,
  columns: C,
): Promise<Pick<Selectable<DB[T]>, C[number]>> {
  const row = await untyped(tx)
    .insertInto(table as string)
    .values(values as never)
    .returning(named(columns))
    .executeTakeFirstOrThrow();
  return row as unknown as Pick<Selectable<DB[T]>, C[number]>;
}

export type AssetVersion = { id: string; expected_version?: number | undefined };

/**
 * Changes what `changes` names and nothing else; null means null, undefined means unchanged.
 * @throws not_found; precondition_failed where `expected_version` is not the current one
 */
export async function patchAsset<T extends AssetTable, C extends Columns<T>>(
  tx: Tx,
  table: T,
  { id, expected_version }: AssetVersion,
  changes: Omit<Updateable<DB[T]>, "id" | "organization_id" | "version">,
  columns: C,
): Promise<Pick<Selectable<DB[T]>, C[number]>> {
  const changed = Object.fromEntries(Object.entries(changes).filter(([, value]) => value !== undefined));
  if (Object.keys(changed).length === 0) {
    await checkVersion(tx, table, { id, expected_version });
    return getAsset(tx, table, id, columns);
  }
  let update = untyped(tx)
    .updateTable(table as string)
    .set(changed)
    .where("id", "=", id)
    .where("deleted_at", "is", null);
  if (expected_version !== undefined) update = update.where("version", "=", expected_version);
  const row = await update.returning(named(columns)).executeTakeFirst();
  if (row !== undefined) return row as unknown as Pick<Selectable<DB[T]>, C[number]>;
  await checkVersion(tx, table, { id, expected_version });
  throw notFound(assetNames[table]);
}

async function checkVersion(tx: Tx, table: AssetTable, { id, expected_version }: AssetVersion): Promise<void> {
  const current = await untyped(tx)
    .selectFrom(table as string)
    .select("version")
    .where("id", "=", id)
    .where("deleted_at", "is", null)
    .executeTakeFirst();
  if (current === undefined) throw notFound(assetNames[table]);
  if (expected_version !== undefined && current.version !== expected_version) {
    throw new AppError("precondition_failed", `Somebody else changed this ${assetNames[table]}. Load it again.`);
  }
}

/** An id for a row that has to know it before it is written, as one with a sealed secret does. */
export async function newId(tx: Tx): Promise<string> {
  const { rows } = await sql<{ id: string }>`select uuidv7() as id`.execute(tx);
  if (rows[0] === undefined) throw new Error("the database made no id");
  return rows[0].id;
}

export type Deletion = { id: string; deletion_id: string };

/** What is deleted and comes back together with an asset, by the column that points at it. */
export const partsOf: Partial<Record<AssetTable, readonly (readonly [AssetTable, string])[]>> = {
  project: [
    ["endpoint", "project_id"],
    ["test", "project_id"],
    ["test_set", "project_id"],
    ["test_run", "project_id"],
    ["experiment", "project_id"],
    ["schedule", "project_id"],
  ],
};

const projectScoped: ReadonlySet<AssetTable> = new Set([
  "endpoint",
  "test",
  "test_set",
  "test_run",
  "experiment",
  "schedule",
]);

/**
 * Hides an asset and what belongs to it, all under one deletion id.
 * @throws not_found; precondition_failed
 */
export async function deleteAsset(tx: Tx, table: AssetTable, asset: AssetVersion): Promise<Deletion> {
  const label = table === "test" ? sql<string>`coalesce(nullif(name, ''), left(input, 200))` : sql.ref<string>("name");
  const project = projectScoped.has(table) ? sql.ref<string | null>("project_id") : sql<string | null>`null::uuid`;
  const owner = sql<string | null>`case when visibility = 'private' then owner_id end`;
  const private_to = table === "experiment" ? owner : sql<string | null>`null::uuid`;
  let update = untyped(tx)
    .updateTable(table as string)
    .set({ deleted_at: sql`now()`, deletion_id: sql`uuidv7()` } as never)
    .where("id", "=", asset.id)
    .where("deleted_at", "is", null);
  if (asset.expected_version !== undefined) update = update.where("version", "=", asset.expected_version);
  const row = await update
    .returning(["id", "deletion_id", label.as("name"), project.as("project_id"), private_to.as("private_to")])
    .executeTakeFirst();
  if (row === undefined || row.deletion_id === null) {
    await checkVersion(tx, table, asset);
    throw notFound(assetNames[table]);
  }
  const { id, deletion_id, name, project_id, private_to: seen_by } = row;
  await tx
    .insertInto("deletion")
    .values({ id: deletion_id, entity_type: table, entity_id: id, name, project_id, private_to: seen_by })
    .execute();
  for (const [part, column] of partsOf[table] ?? []) await deleteParts(tx, part, column, { id, deletion_id });
  return { id, deletion_id };
}

async function deleteParts(tx: Tx, part: AssetTable, column: string, { id, deletion_id }: Deletion): Promise<void> {
  await untyped(tx)
    .updateTable(part)
    .set({ deleted_at: sql`now()`, deletion_id } as never)
    .where(sql.ref(column), "=", id)
    .where("deleted_at", "is", null)
    .execute();
}
