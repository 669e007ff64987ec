import type { JobHandler } from "@rhesis/jobs/run-job";
import { executeTestRun as execute, type CallingTools } from "@rhesis/services/test-run/execute";
import { closeJob, failRun } from "./run-ends.ts";

/** Executes the test run named by the payload, or goes on with it. A job that fails takes its run along. */
export function executeTestRun(tools: CallingTools): JobHandler<"execute_test_run"> {
  return {
    async run({ test_run_id }, { tenant, job, lease, stop }) {
      return closeJob(await execute(tools, { tenant, test_run_id, job_id: job.id, lease, stop }));
    },
    onFailed: failRun(tools),
  };
}
