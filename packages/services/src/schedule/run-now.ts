import { lockSchedule, moveSchedule } from "@rhesis/db/queries/schedule";
import type { Tx } from "@rhesis/db/tenant";
import { AppError } from "@rhesis/telemetry/app-error";
import { startTestRun } from "../test-run/start.ts";
import { choicesOf } from "./choices.ts";
import { isUnderWay } from "./under-way.ts";

/**
 * Starts the run of a schedule now, for the transaction's user, also of one that is switched off; its next time stays.
 * Returns the run's id.
 * @throws not_found; conflict where its run before is under way; what starting a run throws
 */
export async function runScheduleNow(
  tx: Tx,
  { id, may_judge }: { id: string; may_judge: boolean },
  now = new Date(),
): Promise<string> {
  const schedule = await lockSchedule(tx, id);
  if (isUnderWay(schedule.last_run_status)) {
    throw new AppError("conflict", "The run that this schedule started before is still under way.");
  }
  const { project_id } = schedule;
  const run_id = await startTestRun(tx, { ...choicesOf(schedule), project_id, may_judge, schedule_id: id });
  await moveSchedule(tx, id, { last_run_id: run_id, last_started_at: now });
  return run_id;
}
