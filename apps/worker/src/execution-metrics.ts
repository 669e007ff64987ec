import type { ExecutionObserver } from "@rhesis/services/test-run/execute-types";
import type { Metrics } from "@rhesis/telemetry/metrics";

/** Counts what executors do. */
export function executionMetrics(metrics: Metrics): ExecutionObserver {
  return {
    called: (outcome) =>
      metrics.target_call_duration.observe({ outcome: outcome.error?.code ?? "answered" }, outcome.latency_ms / 1000),
    stored: (verdict) => metrics.test_results.inc({ verdict }),
    ended: (status) => metrics.test_runs.inc({ status }),
  };
}
