/** Starting runs by the clock: each due time once, however many workers look. */
import { resolveFeatures } from "@rhesis/auth/features";
import { roleAllows } from "@rhesis/auth/permissions";
import type { Database } from "@rhesis/db/database";
import { dueSchedules, type DueSchedule } from "@rhesis/db/gates";
import { getFeatureOverrides } from "@rhesis/db/queries/organization";
import { lockDueSchedule, moveSchedule, type HeldSchedule } from "@rhesis/db/queries/schedule";
import type { Tx } from "@rhesis/db/tenant";
import { isTransientError } from "@rhesis/db/transient-error";
import { AppError } from "@rhesis/telemetry/app-error";
import { startTestRun } from "../test-run/start.ts";
import { choicesOf } from "./choices.ts";
import { nextTime } from "./next-times.ts";
import { isUnderWay } from "./under-way.ts";

export type Firing = {
  database: Pick<Database, "pool" | "write">;
  /** The feature flags of the installation. */
  features: Readonly<Record<string, boolean>>;
  now: Date;
  /** How many schedules at once. */
  most: number;
  /** Told of each schedule that was due here. `error` is a fault of ours. */
  onFired: (schedule: DueSchedule, outcome: Outcome, error?: unknown) => void;
};

/** `planned` has only got its next time; `taken` is somebody else's. */
export type Outcome = "started" | "skipped" | "failed" | "switched_off" | "planned" | "taken";

const mostFailures = 5;

/**
 * Starts a run for each due schedule of all organizations, for the person it runs for, and sets its next time from
 * `now`: of times that were missed it makes up for one.
 */
export async function fireDueSchedules(firing: Firing): Promise<void> {
  for (const due of await dueSchedules(firing.database.pool, firing.now, firing.most)) await fire(firing, due);
}

async function fire(firing: Firing, due: DueSchedule): Promise<void> {
  const tenant = { organization_id: due.organization_id, user_id: due.user_id };
  const inTenant = (work: (tx: Tx) => Promise<Outcome>) => firing.database.write(tenant, work);
  const held = { id: due.schedule_id, moment: firing.now };
  try {
    firing.onFired(due, await inTenant((tx) => startIfDue(tx, firing, due)));
  } catch (error) {
    // Whoever comes again finds it due still.
    if (isTransientError(error)) throw error;
    const isExpected = error instanceof AppError;
    const reason = isExpected ? error.message : "The run could not be started because of a fault on our side.";
    const outcome = await inTenant(async (tx) => {
      const schedule = await lockDueSchedule(tx, held);
      return schedule === undefined ? "taken" : noteFailure(tx, schedule, reason, firing.now);
    });
    firing.onFired(due, outcome, isExpected ? undefined : error);
  }
}

async function startIfDue(tx: Tx, firing: Firing, { schedule_id: id, user_id }: DueSchedule): Promise<Outcome> {
  const { now } = firing;
  const schedule = await lockDueSchedule(tx, { id, moment: now });
  // Somebody else has taken it over since it was looked for: the transaction is not theirs.
  if (schedule === undefined || schedule.user_id !== user_id) return "taken";
  const refusal = refusalFor(schedule);
  if (refusal !== null) return switchOff(tx, id, refusal);
  const next_at = nextTime(schedule, now);
  if (schedule.next_at === null) return moved(tx, id, { next_at }, "planned");
  if (isUnderWay(schedule.last_run_status)) {
    const last_error = `The run due at ${minuteOf(schedule.next_at)} was left out: the one before was still under way.`;
    return moved(tx, id, { next_at, last_error }, "skipped");
  }
  const may_judge = resolveFeatures(firing.features, await getFeatureOverrides(tx)).llm_judge;
  const { project_id } = schedule;
  const run_id = await startTestRun(tx, { ...choicesOf(schedule), project_id, may_judge, schedule_id: id });
  const started = { last_run_id: run_id, last_started_at: now, last_error: null, failures: 0 };
  return moved(tx, id, { ...started, next_at }, "started");
}

async function moved(tx: Tx, id: string, move: Parameters<typeof moveSchedule>[2], outcome: Outcome): Promise<Outcome> {
  await moveSchedule(tx, id, move);
  return outcome;
}

/** Why nobody may start its run; null where somebody may. */
function refusalFor({ role }: HeldSchedule): string | null {
  const takeOver = "Switch it on again, and it runs for you.";
  if (role === null) return `Switched off: the person it ran for is no longer a member here. ${takeOver}`;
  if (!roleAllows(role, "test_set:execute")) {
    return `Switched off: the person it ran for may not start runs any more. ${takeOver}`;
  }
  return null;
}

function switchOff(tx: Tx, id: string, reason: string): Promise<Outcome> {
  return moved(tx, id, { enabled: false, next_at: null, last_error: reason }, "switched_off");
}

async function noteFailure(tx: Tx, schedule: HeldSchedule, reason: string, now: Date): Promise<Outcome> {
  const { id } = schedule;
  const failures = schedule.failures + 1;
  const next_at = nextTimeIfAny(schedule, now);
  if (failures < mostFailures && next_at !== null) {
    return moved(tx, id, { next_at, failures, last_error: reason }, "failed");
  }
  const why = next_at === null ? "" : ` after ${mostFailures} failures in a row. The last`;
  return switchOff(tx, id, `Switched off${why}: ${reason}`);
}

/** Null where it never comes again, as where its time zone is not known any more. */
function nextTimeIfAny(schedule: HeldSchedule, now: Date): Date | null {
  try {
    return nextTime(schedule, now);
  } catch {
    return null;
  }
}

function minuteOf(time: Date): string {
  return `${time.toISOString().slice(0, 16).replace("T", " ")} UTC`;
}
