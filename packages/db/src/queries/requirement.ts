/** SQL of requirements and of which metrics score them. */
import { sql, type Selectable } from "kysely";
import { createAsset, getAsset, patchAsset, type AssetVersion } from "../asset.ts";
import type { Requirement } from "../database.generated.ts";
import { holds } from "../like.ts";
import { readPage, type Page, type PageArgs } from "../page.ts";
import type { Tx } from "../tenant.ts";

const columns = ["id", "name", "description", "created_at", "updated_at", "version"] as const;

export type RequirementRow = Pick<Selectable<Requirement>, (typeof columns)[number]>;

/** A page of requirements; `q` finds a part of the name or the description, ignoring case. */
export async function listRequirements(
  tx: Tx,
  args: PageArgs & { q?: string | undefined },
): Promise<Page<RequirementRow>> {
  let matches = tx.selectFrom("requirement").where("deleted_at", "is", null);
  const { q } = args;
  if (q !== undefined) matches = matches.where((eb) => holds(eb, q, "name", "description"));
  return readPage(tx, args, "requirement", matches.select(columns), matches);
}

/** @throws not_found */
export function getRequirement(tx: Tx, id: string): Promise<RequirementRow> {
  return getAsset(tx, "requirement", id, columns);
}

/** @throws conflict where the name is taken */
export function createRequirement(
  tx: Tx,
  values: { name: string; description?: string | undefined },
): Promise<RequirementRow> {
  return createAsset(tx, "requirement", values, columns);
}

/** Changes what is named. @throws not_found; precondition_failed; conflict where the name is taken */
export function updateRequirement(
  tx: Tx,
  asset: AssetVersion,
  changes: { name?: string | undefined; description?: string | undefined },
): Promise<RequirementRow> {
  return patchAsset(tx, "requirement", asset, changes, columns);
}

/** How many live metrics score a requirement and how many live tests ask for it. */
export async function countRequirementUse(
  tx: Tx,
  requirement_id: string,
): Promise<{ metric_count: number; test_count: number }> {
  const [metrics, tests] = await Promise.all([
    tx
      .selectFrom("requirement_metric")
      .innerJoin("metric", "metric.id", "requirement_metric.metric_id")
      .select((eb) => eb.fn.countAll<number>().as("total"))
      .where("requirement_metric.requirement_id", "=", requirement_id)
      .where("metric.deleted_at", "is", null)
      .executeTakeFirstOrThrow(),
    tx
      .selectFrom("test")
      .select((eb) => eb.fn.countAll<number>().as("total"))
      .where("requirement_id", "=", requirement_id)
      .where("deleted_at", "is", null)
      .executeTakeFirstOrThrow(),
  ]);
  return { metric_count: metrics.total, test_count: tests.total };
}

export type RequirementMetrics = { id: string; metric_ids: string[] };

/** Returns how many were not there before. */
export async function addRequirementMetrics(tx: Tx, { id, metric_ids }: RequirementMetrics): Promise<number> {
  const result = await sql`
    insert into requirement_metric (requirement_id, metric_id)
    select ${id}::uuid, m from unnest(${metric_ids}::uuid[]) m
    on conflict do nothing`.execute(tx);
  return Number(result.numAffectedRows ?? 0);
}

/** Returns how many were there. */
export async function removeRequirementMetrics(tx: Tx, { id, metric_ids }: RequirementMetrics): Promise<number> {
  const [result] = await tx
    .deleteFrom("requirement_metric")
    .where("requirement_id", "=", id)
    .where(sql<boolean>`metric_id = any(${metric_ids}::uuid[])`)
    .execute();
  return Number(result?.numDeletedRows ?? 0);
}
