/** What Prometheus reads. One set per process part, so that two in one process do not mix. */
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from "prom-client";

export type Metrics = ReturnType<typeof createMetrics>;

const latencySeconds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
const callSeconds = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120];

/** Durations are seconds. Labels come from closed sets (routes, procedures, verdicts), never from what a caller sent. */
export function createMetrics(service: string) {
  const registry = new Registry();
  registry.setDefaultLabels({ service });
  collectDefaultMetrics({ register: registry, prefix: "rhesis_" });
  const registers = [registry];
  return {
    registry,
    http_duration: new Histogram({
      name: "rhesis_http_request_duration_seconds",
      help: "Time to answer, by route or procedure and status",
      labelNames: ["transport", "route", "status"],
      buckets: latencySeconds,
      registers,
    }),
    rate_limited: new Counter({
      name: "rhesis_rate_limited_total",
      help: "Requests refused by a rate limit",
      labelNames: ["limit"],
      registers,
    }),
    live_streams: new Gauge({ name: "rhesis_live_streams", help: "Open live subscriptions", registers }),
    ...workMetrics(registers),
  };
}

function workMetrics(registers: Registry[]) {
  return {
    test_runs: new Counter({
      name: "rhesis_test_runs_total",
      help: "Test runs that ended, by status",
      labelNames: ["status"],
      registers,
    }),
    test_results: new Counter({
      name: "rhesis_test_results_total",
      help: "Test results written, by verdict",
      labelNames: ["verdict"],
      registers,
    }),
    target_call_duration: new Histogram({
      name: "rhesis_target_call_duration_seconds",
      help: "Time a call of an endpoint took, by outcome",
      labelNames: ["outcome"],
      buckets: callSeconds,
      registers,
    }),
  };
}

type PoolCounts = { totalCount: number; idleCount: number; waitingCount: number };

/** Reports how many connections of `pool` exist, idle, and are waited for, at the time of asking. */
export function observePool({ registry }: Metrics, pool: PoolCounts): void {
  const gauge: Gauge<"state"> = new Gauge({
    name: "rhesis_database_connections",
    help: "Database connections, by state",
    labelNames: ["state"],
    registers: [registry],
    collect() {
      gauge.set({ state: "open" }, pool.totalCount);
      gauge.set({ state: "idle" }, pool.idleCount);
      gauge.set({ state: "waited_for" }, pool.waitingCount);
    },
  });
}

export type JobCount = { name: string; status: string; jobs: number };

/** Reports how many jobs wait and run. A database that does not answer leaves the gauge empty, not the page broken. */
export function observeJobs({ registry }: Metrics, countJobs: () => Promise<JobCount[]>): void {
  const gauge: Gauge<"name" | "status"> = new Gauge({
    name: "rhesis_jobs",
    help: "Jobs by name and status",
    labelNames: ["name", "status"],
    registers: [registry],
    async collect() {
      gauge.reset();
      const counts = await countJobs().catch(() => []);
      for (const { name, status, jobs } of counts) gauge.set({ name, status }, jobs);
    },
  });
}
