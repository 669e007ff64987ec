/** SQL of topics. */
import type { Selectable } from "kysely";
import { createAsset, getAsset, patchAsset, type AssetVersion } from "../asset.ts";
import type { Topic } from "../database.generated.ts";
import { holds } from "../like.ts";
import { readPage, type Page, type PageArgs } from "../page.ts";
import type { Tx } from "../tenant.ts";

const columns = ["id", "name", "description", "created_at", "updated_at", "version"] as const;

export type TopicRow = Pick<Selectable<Topic>, (typeof columns)[number]>;

/** A page of topics; `q` finds a part of the name or the description, ignoring case. */
export async function listTopics(tx: Tx, args: PageArgs & { q?: string | undefined }): Promise<Page<TopicRow>> {
  let matches = tx.selectFrom("topic").where("deleted_at", "is", null);
  const { q } = args;
  if (q !== undefined) matches = matches.where((eb) => holds(eb, q, "name", "description"));
  return readPage(tx, args, "topic", matches.select(columns), matches);
}

/** @throws not_found */
export function getTopic(tx: Tx, id: string): Promise<TopicRow> {
  return getAsset(tx, "topic", id, columns);
}

/** @throws conflict where the name is taken */
export function createTopic(tx: Tx, values: { name: string; description?: string | undefined }): Promise<TopicRow> {
  return createAsset(tx, "topic", values, columns);
}

/** Changes what is named. @throws not_found; precondition_failed; conflict where the name is taken */
export function updateTopic(
  tx: Tx,
  asset: AssetVersion,
  changes: { name?: string | undefined; description?: string | undefined },
): Promise<TopicRow> {
  return patchAsset(tx, "topic", asset, changes, columns);
}
