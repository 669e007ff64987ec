/** What the end of a run means for its job, and the end of a job for its run. */
import type { JobHandler, JobOutcome } from "@rhesis/jobs/run-job";
import type { ExecutionEnd, ExecutionTools } from "@rhesis/services/test-run/execute-types";
import { failTestRunOfJob } from "@rhesis/services/test-run/fail";

/** A paused run is done with its job: resuming it makes another. */
export function closeJob(end: ExecutionEnd): JobOutcome {
  return end.status === "paused" ? { status: "completed" } : end;
}

export function failRun({ observer }: ExecutionTools): NonNullable<JobHandler<"execute_test_run">["onFailed"]> {
  return async (tx, job, error) => {
    if (await failTestRunOfJob(tx, { job_id: job.id, cause: error })) observer?.ended("failed");
  };
}
