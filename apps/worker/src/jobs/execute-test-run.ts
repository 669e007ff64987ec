import type { JobHandlers } from "@rhesis/jobs/run-job";
import { executeTestRun as execute } from "@rhesis/services/test-run/execute";
import type { ExecutionTools } from "@rhesis/services/test-run/execute-types";

/** Executes the test run named by the payload, or goes on with it. */
export function executeTestRun(tools: ExecutionTools): JobHandlers["execute_test_run"] {
  return ({ test_run_id }, { tenant, job, lease, stop }) =>
    execute(tools, { tenant, test_run_id, job_id: job.id, lease, stop });
}
