import type { Permission } from "@rhesis/auth/permissions";
import { restoreDeletion, takeDeletion, type DeletionRow } from "@rhesis/db/queries/deletion";
import type { Tx } from "@rhesis/db/tenant";
import { AppError, notFound } from "@rhesis/telemetry/app-error";

/** What the caller may do. `project_id` is undefined where they see every project. */
export type DeletionRights = { permissions: ReadonlySet<Permission>; project_id: string | undefined };

/**
 * Brings back what one deletion hid. Who may delete such a thing may restore it.
 * @throws not_found; forbidden; conflict where a name is taken by now, or what it belongs to is deleted too
 */
export async function restore(tx: Tx, rights: DeletionRights, deletion_id: string): Promise<{ restored: number }> {
  const deletion = await takeDeletion(tx, deletion_id);
  requireRights(deletion, rights);
  return { restored: await restoreDeletion(tx, deletion) };
}

/** @throws not_found for another project's; forbidden where the caller may not delete such a thing */
export function requireRights({ entity_type, project_id }: DeletionRow, rights: DeletionRights): void {
  if (rights.project_id !== undefined && rights.project_id !== project_id) throw notFound("deletion");
  const needed: Permission = `${entity_type}:delete`;
  if (!rights.permissions.has(needed)) throw new AppError("forbidden", `This needs ${needed}.`);
}
