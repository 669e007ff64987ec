import { expect, test } from "vitest";
import { createMetrics, observeJobs, observePool } from "./metrics.ts";

test("shows durations, connections, jobs and the event loop", async () => {
  const metrics = createMetrics("api");
  observePool(metrics, { totalCount: 5, idleCount: 3, waitingCount: 1 });
  observeJobs(metrics, async () => [{ name: "execute_test_run", status: "queued", jobs: 4 }]);
  metrics.http_duration.observe({ transport: "rest", route: "requirement.list", status: "200" }, 0.02);
  const page = await metrics.registry.metrics();
  expect(page).toContain('rhesis_database_connections{state="waited_for",service="api"} 1');
  expect(page).toContain('rhesis_jobs{name="execute_test_run",status="queued",service="api"} 4');
  expect(page).toMatch(/rhesis_http_request_duration_seconds_bucket\{le="0.025",.*route="requirement.list".*\} 1/);
  expect(page).toContain("rhesis_nodejs_eventloop_lag_seconds");
});

test("a database that is away does not take the page away", async () => {
  const metrics = createMetrics("api");
  observeJobs(metrics, () => Promise.reject(new Error("down")));
  await expect(metrics.registry.metrics()).resolves.toContain("rhesis_jobs");
});
