import type { HeldSchedule } from "@rhesis/db/queries/schedule";

/** A paused run calls nobody and may rest for days: the next one starts all the same. */
export function isUnderWay(status: HeldSchedule["last_run_status"]): boolean {
  return status === "queued" || status === "running";
}
