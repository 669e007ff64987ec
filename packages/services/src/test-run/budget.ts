/** What the models of a run may use at most: said when it starts, and raised by people. */
import { patchAsset } from "@rhesis/db/asset";
import { readBudget, type RunCaps } from "@rhesis/db/queries/run-budget";
import { lockTestRun } from "@rhesis/db/queries/test-run";
import type { Tx } from "@rhesis/db/tenant";
import { amountOf } from "@rhesis/engine/model/budget";
import { leastBound } from "@rhesis/engine/model/call-meter";
import type { RunPlan } from "@rhesis/engine/plan/schema";
import { isRunOver } from "@rhesis/engine/run/schema";
import { AppError, invalid, type FieldProblem } from "@rhesis/telemetry/app-error";

/** Tokens, and US dollars. What is left out has no cap. */
export type Budget = { max_tokens?: number | undefined; max_cost?: number | undefined };

type PlannedModel = RunPlan["models"][number];

/** @throws invalid where a cap in dollars cannot be kept for want of a price, or no call fits into the budget */
export function requireBudget(models: readonly PlannedModel[], { max_tokens, max_cost }: Budget): RunCaps {
  if (max_cost !== undefined) requirePrices(models);
  const problems = models.flatMap(({ name, config }) => {
    const { tokens, nanodollars } = amountOf(config, leastBound);
    return [
      ...(max_tokens !== undefined && tokens > max_tokens
        ? [tooSmall("max_tokens", name, `${tokens.toLocaleString("en")} tokens`)]
        : []),
      ...(max_cost !== undefined && nanodollars > max_cost * 1e9
        ? [tooSmall("max_cost", name, `$${(nanodollars / 1e9).toFixed(6)}`)]
        : []),
    ];
  });
  const [first] = problems;
  if (first !== undefined) throw invalid(first.message, problems);
  return { max_tokens: max_tokens ?? null, max_cost: max_cost ?? null };
}

function tooSmall(field: keyof RunCaps, name: string, most: string): FieldProblem {
  const message = `This budget is too small for a single call: one of ${name} may use ${most} and more. Raise the budget.`;
  return { path: [field], message };
}

function requirePrices(models: readonly PlannedModel[]): void {
  const without = models.filter(({ config }) => config.input_price === null || config.output_price === null);
  if (without.length === 0) return;
  const names = without.map(({ name }) => name).join(", ");
  const message = `A budget in dollars needs the prices of all models that are asked, and some are missing: ${names}. Enter them with the model, or give a budget in tokens.`;
  throw invalid(message, [{ path: ["max_cost"], message }]);
}

/**
 * Raises the caps of a run that is not over. A run at work takes note of it when it would be refused the next call; one
 * that rests has to be resumed.
 * @throws not_found; conflict where the run has ended, or was changed meanwhile; invalid where a cap is not raised or the
 * run was started without it
 */
export async function raiseBudget(
  tx: Tx,
  { id, expected_version, ...budget }: Budget & { id: string; expected_version?: number | undefined },
): Promise<void> {
  const run = await lockTestRun(tx, id);
  if (isRunOver(run.status)) throw new AppError("conflict", "The run has ended already.");
  const now = await readBudget(tx, id);
  const problems = (["max_tokens", "max_cost"] as const).flatMap((cap) => raiseProblem(cap, now[cap], budget[cap]));
  const [first] = problems;
  if (first !== undefined) throw invalid(first.message, problems);
  await patchAsset(tx, "test_run", { id, expected_version }, budget, ["id"]);
}

function raiseProblem(cap: keyof RunCaps, before: number | null, after: number | undefined): FieldProblem[] {
  if (after === undefined) return [];
  const path = [cap];
  // What a run without a cap has used is not kept to the last call, so none can be kept from now on.
  if (before === null)
    return [{ path, message: "The run was started without such a budget, so it cannot get one now." }];
  return after > before ? [] : [{ path, message: "A budget can only be raised. To stop the run, cancel it." }];
}
