/** Asking again what a run could not answer. */
import { insertConversationsOfRun } from "@rhesis/db/queries/conversation";
import { insertResultsOfRun, readRetriedRun } from "@rhesis/db/queries/run-start";
import type { Tx } from "@rhesis/db/tenant";
import type { ResultVerdict } from "@rhesis/engine/metric/schema";
import { isRunOver } from "@rhesis/engine/run/schema";
import { AppError, invalid, notFound } from "@rhesis/telemetry/app-error";
import { requireBudget, type Budget } from "./budget.ts";
import { requireNoModel, writeRun } from "./start.ts";

export type RetryRun = Budget & {
  id: string;
  verdicts: readonly ResultVerdict[];
  name?: string | undefined;
  /** Whether metrics that ask a model may be used. */
  may_judge: boolean;
};

/**
 * A new run of the results with these verdicts, under the same plan and within the same budget, anew: the finished run stays as it is. Returns its id.
 * @throws not_found; conflict while the run is not over; invalid where there is nothing to ask again; forbidden where a
 * metric of the plan asks a model and none may be asked
 */
export async function retryTestRun(tx: Tx, { id, verdicts, name, may_judge, ...budget }: RetryRun): Promise<string> {
  const from = await readRetriedRun(tx, id);
  if (from === undefined) throw notFound("test run");
  if (!isRunOver(from.status)) {
    throw new AppError("conflict", "The run is not over yet. Wait for its end, or cancel it.");
  }
  if (from.endpoint_deleted) throw new AppError("conflict", "The endpoint of the run was deleted. Restore it first.");
  const { run_id, project_id, test_set_id, endpoint_id, plan } = from;
  if (from.kind === "rescore")
    throw new AppError(
      "conflict",
      "This run scored stored answers again and asked nobody. Retry the run they are from.",
    );
  if (!may_judge) requireNoModel(plan.metrics, plan.models.length > 0);
  const max_tokens = budget.max_tokens ?? from.max_tokens ?? undefined;
  const max_cost = budget.max_cost ?? from.max_cost ?? undefined;
  const run = {
    ...requireBudget(plan.models, { max_tokens, max_cost }),
    id: run_id,
    project_id,
    test_set_id,
    endpoint_id,
    plan,
    kind: "execute" as const,
    source_run_id: null,
    name: name ?? retryName(from.name),
  };
  await writeRun(tx, run, null, async (new_id) => {
    const total = await insertResultsOfRun(tx, { id: new_id, from_run_id: id, verdicts });
    if (plan.kind === "multi_turn") await insertConversationsOfRun(tx, { id: new_id, from_run_id: id });
    if (total > 0) return total;
    throw invalid(`The run has no results to ask again: none is ${verdicts.join(" or ")}.`);
  });
  return run_id;
}

const suffix = " · retry";

function retryName(name: string): string {
  return name.endsWith(suffix) ? name : name.slice(0, 200 - suffix.length) + suffix;
}
