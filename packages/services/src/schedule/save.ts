/** Keeping schedules: what is stored can start now, on behalf of whoever stores it. */
import {
  createSchedule as insertSchedule,
  lockSchedule,
  patchSchedule,
  type HeldSchedule,
  type NewSchedule,
  type ScheduleChanges,
  type ScheduleRow,
} from "@rhesis/db/queries/schedule";
import type { AssetVersion } from "@rhesis/db/asset";
import type { Tx } from "@rhesis/db/tenant";
import { AppError } from "@rhesis/telemetry/app-error";
import { planTestRun } from "../test-run/start.ts";
import { choicesOf } from "./choices.ts";
import { nextTime } from "./next-times.ts";

/** Who stores it. */
export type Keeper = {
  user_id: string;
  /** Whether they may start runs. */
  may_execute: boolean;
  /** Whether metrics that ask a model may be used. */
  may_judge: boolean;
  /** Where only one project may be touched. */
  project_id?: string | undefined;
};

/**
 * Its project is that of its test set.
 * @throws forbidden; what planning such a run throws, and `nextTimes`; conflict where the name is taken
 */
export async function createSchedule(
  tx: Tx,
  keeper: Keeper,
  values: Omit<NewSchedule, "project_id" | "next_at">,
  now = new Date(),
): Promise<ScheduleRow> {
  const planned_at = nextTime(values, now);
  const { set } = await planTestRun(tx, { ...choicesOf(values), ...keeper });
  requireExecute(keeper);
  const next_at = values.enabled ? planned_at : null;
  return insertSchedule(tx, { ...values, project_id: set.project_id, next_at });
}

export type ScheduleUpdate = Omit<ScheduleChanges, "next_at" | "user_id" | "failures" | "last_error">;

/**
 * Changes what is named. Whoever decides what it runs, or when, is the one it runs for from then on: it must not read
 * with the rights of somebody else what that somebody alone may read.
 * @throws not_found; precondition_failed; and what creating throws
 */
export async function updateSchedule(
  tx: Tx,
  keeper: Keeper,
  asset: AssetVersion,
  changes: ScheduleUpdate,
  now = new Date(),
): Promise<ScheduleRow> {
  const before = await lockSchedule(tx, asset.id);
  if (!isDecision(changes)) return patchSchedule(tx, asset, changes);
  requireExecute(keeper);
  const after = { ...before, ...withoutUndefined(changes) };
  const planned_at = nextTime(after, now);
  await planTestRun(tx, { ...choicesOf(after), ...keeper, project_id: before.project_id });
  const next_at = !after.enabled ? null : isSameTime(before, after) ? before.next_at : planned_at;
  const fresh = after.enabled ? { failures: 0, last_error: null } : {};
  return patchSchedule(tx, asset, { ...changes, ...fresh, user_id: keeper.user_id, next_at });
}

type Times = Pick<HeldSchedule, "cron" | "time_zone" | "enabled">;

function isSameTime(before: Times, after: Times): boolean {
  return before.enabled && before.cron === after.cron && before.time_zone === after.time_zone;
}

/** Any change but of the name, and but switching it off. */
function isDecision(changes: ScheduleUpdate): boolean {
  return Object.entries(changes).some(
    ([field, value]) => value !== undefined && field !== "name" && !(field === "enabled" && value === false),
  );
}

function withoutUndefined<Values extends object>(values: Values) {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as {
    [K in keyof Values]?: Exclude<Values[K], undefined>;
  };
}

function requireExecute({ may_execute }: Keeper): void {
  if (!may_execute) throw new AppError("forbidden", "A schedule starts runs. This needs test_set:execute.");
}
