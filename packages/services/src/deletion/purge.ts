import { countReferences, purgeDeletion, takeDeletion, type DeletionRow } from "@rhesis/db/queries/deletion";
import type { Tx } from "@rhesis/db/tenant";
import { AppError } from "@rhesis/telemetry/app-error";
import { requireRights, type DeletionRights } from "./restore.ts";

const referrers = {
  model: { child: "metric", column: "model_id", name: "metric" },
  endpoint: { child: "test_run", column: "endpoint_id", name: "test run" },
  test_set: { child: "test_run", column: "test_set_id", name: "test run" },
} as const;

/**
 * Removes what one deletion hid for good. Tests that named a requirement, topic, category or prompt lose that name.
 * @throws not_found; forbidden; conflict where something still refers to it
 */
export async function purge(tx: Tx, rights: DeletionRights, deletion_id: string): Promise<{ purged: number }> {
  const deletion = await takeDeletion(tx, deletion_id);
  requireRights(deletion, rights);
  await requireUnused(tx, deletion);
  return { purged: await purgeDeletion(tx, deletion) };
}

async function requireUnused(tx: Tx, { entity_type, entity_id }: DeletionRow): Promise<void> {
  if (!(entity_type in referrers)) return;
  const { child, column, name } = referrers[entity_type as keyof typeof referrers];
  const { live, deleted } = await countReferences(tx, child, column, entity_id);
  const told = [
    ...(live > 0 ? [`${live} ${name}${live === 1 ? "" : "s"}`] : []),
    ...(deleted > 0 ? [`${deleted} deleted ${name}${deleted === 1 ? "" : "s"}`] : []),
  ];
  if (told.length > 0) throw new AppError("conflict", `${told.join(" and ")} still refer to it. Remove these first.`);
}
