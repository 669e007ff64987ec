/** Looks for schedules whose time has come, and starts their runs. */
import { fireDueSchedules, type Firing } from "@rhesis/services/schedule/fire";
import type { JobLog } from "@rhesis/jobs/job-log";

export type SweeperOptions = Pick<Firing, "database" | "features"> & { log: JobLog };

const sweepMs = 5_000;
const batch = 100;

/** Runs in every worker: a due time is taken under a lock, so many sweepers start one run. Returns how to stop. */
export function startScheduleSweeper({ database, features, log }: SweeperOptions): () => Promise<void> {
  let round: Promise<void> | undefined;
  let failing = false;
  const onFired: Firing["onFired"] = (schedule, outcome, err) => {
    if (outcome === "taken" || outcome === "planned") return;
    const told = { organization_id: schedule.organization_id, schedule_id: schedule.schedule_id };
    if (outcome === "started") log.info(told, "a schedule started a test run");
    else log.warn(err === undefined ? told : { ...told, err }, `a schedule started no test run: ${outcome}`);
  };
  const look = async (): Promise<void> => {
    try {
      await fireDueSchedules({ database, features, now: new Date(), most: batch, onFired });
      failing = false;
    } catch (err) {
      if (!failing) log.warn({ err }, "due schedules could not be looked for; it is tried again");
      failing = true;
    }
  };
  const timer = setInterval(() => {
    round ??= look().finally(() => (round = undefined));
  }, sweepMs);
  return async () => {
    clearInterval(timer);
    await round;
  };
}
