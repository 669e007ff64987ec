import type { ScheduleChoices } from "@rhesis/db/queries/schedule";
import type { StartRun } from "../test-run/start.ts";

/** What a schedule runs, as the start of a run takes it. */
export function choicesOf(schedule: ScheduleChoices): Omit<StartRun, "may_judge"> {
  const { test_set_id, endpoint_id, metric_ids, repeats, concurrency, pause_after_errors, params, parameters } =
    schedule;
  return {
    test_set_id,
    endpoint_id,
    metric_ids: metric_ids ?? undefined,
    repeats,
    concurrency: concurrency ?? undefined,
    pause_after_errors,
    params,
    parameters: parameters ?? undefined,
  };
}
