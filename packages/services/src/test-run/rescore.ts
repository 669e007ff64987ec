/** Scoring the answers of a run again, with the metrics and judges as they are now, without calling the endpoint. */
import { insertConversationsOfRun, readConversationUseOfRun } from "@rhesis/db/queries/conversation";
import {
  insertResultsToRescore,
  readRequirementUseOfRun,
  readRetriedRun,
  readStartFacts,
} from "@rhesis/db/queries/run-start";
import type { Tx } from "@rhesis/db/tenant";
import { isRunOver } from "@rhesis/engine/run/schema";
import { AppError, invalid, notFound } from "@rhesis/telemetry/app-error";
import { requireBudget, type Budget } from "./budget.ts";
import { metricsByRequirement, metricsForAll } from "./resolve-metrics.ts";
import { missingMetrics, plannedScoring, writeRun } from "./start.ts";

export type RescoreRun = Budget & {
  id: string;
  /** Score every answer with these, instead of the metrics of the set or of the requirements. */
  metric_ids?: readonly string[] | undefined;
  name?: string | undefined;
  /** Whether metrics that ask a model may be used. */
  may_judge: boolean;
};

/** Deterministic metrics take no time worth sharing, and judges are bounded by themselves. */
const concurrency = 100;

/**
 * A new run over the completed results of another: the same tests and answers, scored anew. Results that are errors
 * stay errors. Returns its id.
 * @throws not_found; conflict while the run is not over; invalid where there is no answer, a metric is not there, a
 * test has no metric, or a judge has no model; forbidden where one may not be asked
 */
export async function rescoreTestRun(
  tx: Tx,
  { id, metric_ids = [], name, may_judge, ...budget }: RescoreRun,
): Promise<string> {
  const from = await readRetriedRun(tx, id);
  if (from === undefined) throw notFound("test run");
  if (!isRunOver(from.status)) {
    throw new AppError("conflict", "The run is not over yet. Wait for its end, or cancel it.");
  }
  const { run_id, project_id, test_set_id, endpoint_id } = from;
  const facts = await readStartFacts(tx, { test_set_id, endpoint_id, metric_ids });
  const missing = missingMetrics(facts.run_metrics, metric_ids);
  if (missing.length > 0) throw invalid("A metric named for this run is not there.", missing);
  const held = from.plan.kind === "multi_turn";
  const resolved =
    metricsForAll(facts.run_metrics, facts.set_metrics) ??
    metricsByRequirement(await readRequirementUseOfRun(tx, id), held ? [] : undefined);
  const use = held ? await readConversationUseOfRun(tx, id) : { simulated: 0, most_turns: 1 };
  const plan = { ...from.plan, ...plannedScoring(resolved, facts.models, { may_judge, use }), concurrency };
  const caps = requireBudget(plan.models, budget);
  // Answers of a run that was scored again are those of the run that got them.
  const source_run_id = from.kind === "rescore" ? from.source_run_id : id;
  if (source_run_id === null) throw new AppError("conflict", "The run whose answers these are was deleted for good.");
  const run = { id: run_id, project_id, test_set_id, endpoint_id, plan, name: name ?? rescoreName(from.name) };
  await writeRun(tx, { ...run, ...caps, kind: "rescore", source_run_id }, null, async (new_id) => {
    const total = await insertResultsToRescore(tx, { id: new_id, from_run_id: id, metrics: resolved.assignment });
    if (held) await insertConversationsOfRun(tx, { id: new_id, from_run_id: id });
    if (total > 0) return total;
    throw invalid("The run has no answers to score.");
  });
  return run_id;
}

const suffix = " · scored again";

function rescoreName(name: string): string {
  return name.endsWith(suffix) ? name : name.slice(0, 200 - suffix.length) + suffix;
}
