/** SQL of what the models of a run may use. Cost in US dollars. */
import type { Tx } from "../tenant.ts";
import type { RunLease } from "./run-execution.ts";

export type RunCaps = { max_tokens: number | null; max_cost: number | null };
export type BookedBudget = { booked_tokens: number; booked_cost: number };
export type ReservedBudget = { reserved_tokens: number; reserved_cost: number };
export type RunBudgetRow = RunCaps & BookedBudget;

export const budgetColumns = ["max_tokens", "max_cost", "booked_tokens", "booked_cost"] as const;

/**
 * Says, before any of it is used, up to what the executor of a run may use. What is left out stays as it was. Returns
 * the caps as they are now; undefined where the run is not held.
 */
export function reserveBudget(
  tx: Tx,
  lease: RunLease,
  reserved: Partial<ReservedBudget>,
): Promise<RunCaps | undefined> {
  return tx
    .updateTable("test_run")
    .set({ lease_token: lease.lease_token, ...reserved })
    .where("id", "=", lease.test_run_id)
    .where("lease_token", "=", lease.lease_token)
    .where("status", "=", "running")
    .returning(["max_tokens", "max_cost"])
    .executeTakeFirst();
}

/** Says what was used when a run is left: what was reserved beyond that is free again. */
export async function settleBudget(tx: Tx, lease: RunLease, used: BookedBudget & ReservedBudget): Promise<void> {
  await tx
    .updateTable("test_run")
    .set(used)
    .where("id", "=", lease.test_run_id)
    .where("lease_token", "=", lease.lease_token)
    .execute();
}

/** What a person has to know to change the budget of a run. The caller holds the run. */
export function readBudget(tx: Tx, id: string): Promise<RunBudgetRow> {
  return tx.selectFrom("test_run").select(budgetColumns).where("id", "=", id).executeTakeFirstOrThrow();
}
