/** SQL of metrics. */
import { sql, type Selectable } from "kysely";
import type { MetricImplementation, MetricParameters } from "@rhesis/engine/metric/schema";
import { createAsset, getAsset, patchAsset, type AssetVersion } from "../asset.ts";
import type { Metric } from "../database.generated.ts";
import { holds } from "../like.ts";
import { readPage, type Page, type PageArgs } from "../page.ts";
import type { Tx } from "../tenant.ts";

const itemColumns = [
  "id",
  "name",
  "description",
  "implementation",
  "model_id",
  "created_at",
  "updated_at",
  "version",
] as const;
const columns = [...itemColumns, "parameters"] as const;

export type MetricRow = Pick<Selectable<Metric>, (typeof columns)[number]>;
export type MetricItemRow = Pick<Selectable<Metric>, (typeof itemColumns)[number]>;

export type MetricFilter = {
  q?: string | undefined;
  implementation?: MetricImplementation | undefined;
  model_id?: string | undefined;
  /** Only those that score this requirement. */
  requirement_id?: string | undefined;
  /** Only those that score this test set. */
  test_set_id?: string | undefined;
};

/** A page of metrics; `q` finds a part of the name or the description, ignoring case. */
export async function listMetrics(tx: Tx, args: PageArgs & MetricFilter): Promise<Page<MetricItemRow>> {
  let matches = tx.selectFrom("metric").where("deleted_at", "is", null);
  const { q, implementation, model_id, requirement_id, test_set_id } = args;
  if (implementation !== undefined) matches = matches.where("implementation", "=", implementation);
  if (model_id !== undefined) matches = matches.where("model_id", "=", model_id);
  if (requirement_id !== undefined) {
    const named = sql`select metric_id from requirement_metric where requirement_id = ${requirement_id}`;
    // As an array the ids are sought in the order of the page, which then stops at its end; a join would fetch them all.
    matches = matches.where(sql<boolean>`id = any(array(${named}))`);
  }
  if (test_set_id !== undefined) {
    const named = sql`select metric_id from test_set_metric where test_set_id = ${test_set_id}`;
    matches = matches.where(sql<boolean>`id = any(array(${named}))`);
  }
  if (q !== undefined) matches = matches.where((eb) => holds(eb, q, "name", "description"));
  return readPage(tx, args, "metric", matches.select(itemColumns), matches);
}

/** @throws not_found */
export function getMetric(tx: Tx, id: string): Promise<MetricRow> {
  return getAsset(tx, "metric", id, columns);
}

export type NewMetric = {
  name: string;
  description?: string | undefined;
  parameters: MetricParameters;
  model_id: string | null;
};

/** `implementation` is what the parameters say. */
export function insertMetric(tx: Tx, { parameters, ...values }: NewMetric): Promise<MetricRow> {
  return createAsset(tx, "metric", { ...values, ...parametersColumns(parameters) }, columns);
}

export type MetricChanges = { [K in keyof NewMetric]?: NewMetric[K] | undefined };

/** Changes what is named. @throws not_found; precondition_failed; conflict where the name is taken; invalid where the model is absent */
export function patchMetric(
  tx: Tx,
  asset: AssetVersion,
  { parameters, ...changes }: MetricChanges,
): Promise<MetricRow> {
  const changed = parameters === undefined ? changes : { ...changes, ...parametersColumns(parameters) };
  return patchAsset(tx, "metric", asset, changed, columns);
}

function parametersColumns(parameters: MetricParameters) {
  return { implementation: parameters.implementation, parameters: JSON.stringify(parameters) };
}

/** Those of `ids` that are no live metric of the organization. */
export async function missingMetrics(tx: Tx, ids: string[]): Promise<Set<string>> {
  const found = await tx
    .selectFrom("metric")
    .select("id")
    .where(sql<boolean>`id = any(${ids}::uuid[])`)
    .where("deleted_at", "is", null)
    .execute();
  const there = new Set(found.map((row) => row.id));
  return new Set(ids.filter((id) => !there.has(id.toLowerCase())));
}
