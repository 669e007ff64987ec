/** SQL of the organization that the transaction belongs to. */
import { sql, type Selectable } from "kysely";
import { AppError, notFound } from "@rhesis/telemetry/app-error";
import type { Organization } from "../database.generated.ts";
import type { Tx } from "../tenant.ts";

const columns = ["id", "name", "created_at", "updated_at", "version"] as const;

export type OrganizationRow = Pick<Selectable<Organization>, (typeof columns)[number]>;

/** @throws not_found where it was deleted */
export async function getOrganization(tx: Tx): Promise<OrganizationRow> {
  const row = await tx.selectFrom("organization").select(columns).where("deleted_at", "is", null).executeTakeFirst();
  if (row === undefined) throw notFound("organization");
  return row;
}

/** The transaction's organization, for somebody who belongs to it. @throws not_found for others */
export async function getOrganizationOf(tx: Tx, user_id: string): Promise<OrganizationRow> {
  const row = await tx
    .selectFrom("organization as o")
    .innerJoin("membership as m", "m.organization_id", "o.id")
    .select(columns.map((column) => `o.${column}` as const))
    .where("m.user_id", "=", user_id)
    .where("o.deleted_at", "is", null)
    .executeTakeFirst();
  if (row === undefined) throw notFound("organization");
  return row;
}

/** @throws precondition_failed where `expected_version` is not the current one */
export async function renameOrganization(
  tx: Tx,
  { name, expected_version }: { name: string; expected_version?: number | undefined },
): Promise<OrganizationRow> {
  let update = tx.updateTable("organization").set({ name }).where("deleted_at", "is", null);
  if (expected_version !== undefined) update = update.where("version", "=", expected_version);
  const row = await update.returning(columns).executeTakeFirst();
  if (row !== undefined) return row;
  await getOrganization(tx);
  throw changedMeanwhile();
}

/** Hides the organization as it was read. @throws precondition_failed where somebody changed it meanwhile */
export async function hideOrganization(tx: Tx, { version }: Pick<OrganizationRow, "version">): Promise<void> {
  const row = await tx
    .updateTable("organization")
    .set({ deleted_at: sql<Date>`now()` })
    .where("deleted_at", "is", null)
    .where("version", "=", version)
    .returning("id")
    .executeTakeFirst();
  if (row === undefined) throw changedMeanwhile();
}

function changedMeanwhile(): AppError {
  return new AppError("precondition_failed", "Somebody else changed this organization. Load it again.");
}

/** The organization that the transaction was opened for, its first owner and its first project, in one transaction. */
export async function insertOrganization(
  tx: Tx,
  { id, name, owner_id, project_name }: { id: string; name: string; owner_id: string; project_name: string },
): Promise<OrganizationRow & { project_id: string }> {
  const [organization, , project] = await Promise.all([
    tx.insertInto("organization").values({ id, name }).returning(columns).executeTakeFirstOrThrow(),
    tx.insertInto("membership").values({ user_id: owner_id, role: "owner" }).execute(),
    tx.insertInto("project").values({ name: project_name }).returning("id").executeTakeFirstOrThrow(),
  ]);
  return { ...organization, project_id: project.id };
}

export type FeatureOverrides = Record<string, boolean>;

/** Which features are switched for the organization alone. @throws not_found */
export async function getFeatureOverrides(tx: Tx): Promise<FeatureOverrides> {
  const row = await tx
    .selectFrom("organization")
    .select("feature_overrides")
    .where("deleted_at", "is", null)
    .executeTakeFirst();
  if (row === undefined) throw notFound("organization");
  return row.feature_overrides;
}

/**
 * Switches a feature for the organization alone; null leaves it to the installation. Every process that remembers the
 * organization is told. @throws not_found
 */
export async function setFeatureOverride(
  tx: Tx,
  { feature, value }: { feature: string; value: boolean | null },
): Promise<FeatureOverrides> {
  const changed =
    value === null
      ? sql<string>`feature_overrides - ${feature}::text`
      : sql<string>`feature_overrides || jsonb_build_object(${feature}::text, ${value}::boolean)`;
  const row = await tx
    .updateTable("organization")
    .set({ feature_overrides: changed })
    .where("deleted_at", "is", null)
    .returning("feature_overrides")
    .executeTakeFirst();
  if (row === undefined) throw notFound("organization");
  return row.feature_overrides;
}
