/** SQL of models. Rows carry the sealed key as `api_key`; what people see says only whether there is one. */
import { sql, type Insertable, type Selectable, type Updateable } from "kysely";
import { createAsset, getAsset, patchAsset, type AssetVersion } from "../asset.ts";
import type { Model } from "../database.generated.ts";
import { holds } from "../like.ts";
import { readPage, type Page, type PageArgs } from "../page.ts";
import type { Tx } from "../tenant.ts";

const itemColumns = [
  "id",
  "name",
  "description",
  "provider",
  "model_name",
  "base_url",
  "input_price",
  "output_price",
  "is_default",
  "created_at",
  "updated_at",
  "version",
] as const;
const columns = [...itemColumns, "headers", "api_key"] as const;

/** With the sealed key: for services, never for output. */
export type SealedModelRow = Pick<Selectable<Model>, (typeof columns)[number]>;
export type ModelRow = Omit<SealedModelRow, "api_key"> & { has_api_key: boolean };
export type ModelItemRow = Omit<ModelRow, "headers">;

export type ModelFilter = {
  q?: string | undefined;
  provider?: Model["provider"] | undefined;
  is_default?: boolean | undefined;
};

/** A page of models; `q` finds a part of the name, the description or the provider's name of the model, ignoring case. */
export async function listModels(tx: Tx, args: PageArgs & ModelFilter): Promise<Page<ModelItemRow>> {
  let matches = tx.selectFrom("model").where("deleted_at", "is", null);
  const { q, provider, is_default } = args;
  if (provider !== undefined) matches = matches.where("provider", "=", provider);
  if (is_default !== undefined) matches = matches.where("is_default", "=", is_default);
  if (q !== undefined) matches = matches.where((eb) => holds(eb, q, "name", "description", "model_name"));
  const hasKey = sql<boolean>`api_key is not null`.as("has_api_key");
  return readPage(tx, args, "model", matches.select([...itemColumns, hasKey]), matches);
}

/** What people may see of a model. */
export function withoutKey({ api_key, ...row }: SealedModelRow): ModelRow {
  return { ...row, has_api_key: api_key !== null };
}

/** @throws not_found */
export async function getModel(tx: Tx, id: string): Promise<ModelRow> {
  return withoutKey(await getSealedModel(tx, id));
}

/** @throws not_found */
export function getSealedModel(tx: Tx, id: string): Promise<SealedModelRow> {
  return getAsset(tx, "model", id, columns);
}

/** The model that judges where a metric names none. */
export function findDefaultModel(tx: Tx): Promise<SealedModelRow | undefined> {
  return tx
    .selectFrom("model")
    .select(columns)
    .where("is_default", "=", true)
    .where("deleted_at", "is", null)
    .executeTakeFirst();
}

/** @throws conflict where the name is taken, or another default was chosen meanwhile */
export function insertModel(
  tx: Tx,
  values: Omit<Insertable<Model>, "organization_id" | "version">,
): Promise<SealedModelRow> {
  return createAsset(tx, "model", values, columns);
}

/** Changes what is named. @throws not_found; precondition_failed; conflict as for a new one */
export function patchModel(
  tx: Tx,
  asset: AssetVersion,
  changes: Omit<Updateable<Model>, "id" | "organization_id" | "version">,
): Promise<SealedModelRow> {
  return patchAsset(tx, "model", asset, changes, columns);
}

/** Leaves the organization without a default model. */
export async function unsetDefaultModel(tx: Tx): Promise<void> {
  await tx
    .updateTable("model")
    .set({ is_default: false })
    .where("is_default", "=", true)
    .where("deleted_at", "is", null)
    .execute();
}

/** How many metrics name a model. */
export async function countMetricsOfModel(tx: Tx, model_id: string): Promise<number> {
  const row = await tx
    .selectFrom("metric")
    .select((eb) => eb.fn.countAll<number>().as("metrics"))
    .where("model_id", "=", model_id)
    .where("deleted_at", "is", null)
    .executeTakeFirstOrThrow();
  return row.metrics;
}
