import type { JobHandler } from "@rhesis/jobs/run-job";
import { executeRescore } from "@rhesis/services/test-run/execute-rescore";
import type { ExecutionTools } from "@rhesis/services/test-run/execute-types";
import { closeJob, failRun } from "./run-ends.ts";

/** Scores the answers of an earlier run again, or goes on with it. Its tools hold no target client. */
export function rescoreTestRun(tools: ExecutionTools): JobHandler<"rescore_test_run"> {
  return {
    async run({ test_run_id }, { tenant, job, lease, stop }) {
      return closeJob(await executeRescore(tools, { tenant, test_run_id, job_id: job.id, lease, stop }));
    },
    onFailed: failRun(tools),
  };
}
