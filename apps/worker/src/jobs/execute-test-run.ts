import type { JobHandler } from "@rhesis/jobs/run-job";
import { executeTestRun as execute } from "@rhesis/services/test-run/execute";
import type { ExecutionTools } from "@rhesis/services/test-run/execute-types";
import { failTestRunOfJob } from "@rhesis/services/test-run/fail";

/** Executes the test run named by the payload, or goes on with it. A job that fails takes its run along. */
export function executeTestRun(tools: ExecutionTools): JobHandler<"execute_test_run"> {
  return {
    run: ({ test_run_id }, { tenant, job, lease, stop }) =>
      execute(tools, { tenant, test_run_id, job_id: job.id, lease, stop }),
    async onFailed(tx, job, error) {
      if (await failTestRunOfJob(tx, { job_id: job.id, cause: error })) tools.observer?.ended("failed");
    },
  };
}
