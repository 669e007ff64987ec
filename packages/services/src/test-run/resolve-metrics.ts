/** Which metrics score which test: those named for the run, else those of the set, else those of its requirement. */
import type { MetricAssignment, RequirementUse, StartMetric } from "@rhesis/db/queries/run-start";
import type { RunPlan } from "@rhesis/engine/plan/schema";
import { invalid } from "@rhesis/telemetry/app-error";

export type ResolvedMetrics = {
  source: RunPlan["metrics_source"];
  metrics: StartMetric[];
  assignment: MetricAssignment;
};

/** The first level with any live metric, for levels that hold for all tests alike; null where only requirements are left. */
export function metricsForAll(run_metrics: StartMetric[], set_metrics: StartMetric[]): ResolvedMetrics | null {
  const [source, metrics] =
    run_metrics.length > 0 ? (["run", run_metrics] as const) : (["test_set", set_metrics] as const);
  if (metrics.length === 0) return null;
  return { source, metrics, assignment: { all: metrics.map((metric) => metric.id) } };
}

/** Tests by requirement. */
export type TestCount = Pick<RequirementUse, "requirement_id" | "tests">;

/**
 * @param unchecked the tests that need a metric, where not all of them do: conversations have a goal or checks
 * @throws invalid where a test has nothing to score it: its result could not be more than inconclusive
 */
export function metricsByRequirement(
  use: readonly RequirementUse[],
  unchecked: readonly TestCount[] = use,
): ResolvedMetrics {
  const bare = use.flatMap((row) => {
    const of =
      row.metrics.length > 0 ? undefined : unchecked.find((other) => other.requirement_id === row.requirement_id);
    return of === undefined ? [] : [{ ...row, tests: of.tests }];
  });
  const tests = bare.reduce((sum, row) => sum + row.tests, 0);
  if (tests > 0)
    throw invalid(withoutMetrics(tests, bare), [{ path: ["metric_ids"], message: "Name metrics for this run" }]);
  const metrics = new Map(use.flatMap((row) => row.metrics.map((metric) => [metric.id, metric])));
  const by_requirement = Object.fromEntries(
    use.flatMap((row) =>
      row.requirement_id === null ? [] : [[row.requirement_id, row.metrics.map((metric) => metric.id)]],
    ),
  );
  return { source: "requirement", metrics: [...metrics.values()], assignment: { by_requirement } };
}

function withoutMetrics(tests: number, bare: readonly RequirementUse[]): string {
  const names = bare.flatMap((row) => row.requirement_name ?? []).slice(0, 5);
  const orphans = bare.find((row) => row.requirement_name === null)?.tests ?? 0;
  const why = [
    ...(names.length === 0 ? [] : [`the requirements without metrics are: ${names.join(", ")}`]),
    ...(orphans === 0 ? [] : [`${orphans} have no requirement`]),
  ].join("; ");
  return (
    `${tests} of the tests have no metric to score them (${why}). ` +
    "Add metrics to the test set, to these requirements, or name metrics for this run."
  );
}
