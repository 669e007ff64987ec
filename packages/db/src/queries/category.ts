/** SQL of categories. */
import type { Selectable } from "kysely";
import { createAsset, getAsset, patchAsset, type AssetVersion } from "../asset.ts";
import type { Category } from "../database.generated.ts";
import { holds } from "../like.ts";
import { readPage, type Page, type PageArgs } from "../page.ts";
import type { Tx } from "../tenant.ts";

const columns = ["id", "name", "description", "created_at", "updated_at", "version"] as const;

export type CategoryRow = Pick<Selectable<Category>, (typeof columns)[number]>;

/** A page of categories; `q` finds a part of the name or the description, ignoring case. */
export async function listCategories(tx: Tx, args: PageArgs & { q?: string | undefined }): Promise<Page<CategoryRow>> {
  let matches = tx.selectFrom("category").where("deleted_at", "is", null);
  const { q } = args;
  if (q !== undefined) matches = matches.where((eb) => holds(eb, q, "name", "description"));
  return readPage(tx, args, "category", matches.select(columns), matches);
}

/** @throws not_found */
export function getCategory(tx: Tx, id: string): Promise<CategoryRow> {
  return getAsset(tx, "category", id, columns);
}

/** @throws conflict where the name is taken */
export function createCategory(
  tx: Tx,
  values: { name: string; description?: string | undefined },
): Promise<CategoryRow> {
  return createAsset(tx, "category", values, columns);
}

/** Changes what is named. @throws not_found; precondition_failed; conflict where the name is taken */
export function updateCategory(
  tx: Tx,
  asset: AssetVersion,
  changes: { name?: string | undefined; description?: string | undefined },
): Promise<CategoryRow> {
  return patchAsset(tx, "category", asset, changes, columns);
}
