import { z } from "zod";
import { runStatuses } from "@rhesis/engine/run/schema";
import { assetFields, id, listInput, listOutput, name, searchText, timestamp, version } from "../list.ts";
import { executeTestSet } from "../test-set/schema.ts";

const cron = z
  .string()
  .trim()
  .min(1, "Say when")
  .max(100)
  .describe("Five fields: minute, hour, day of the month, month, day of the week. `30 6 * * 1-5` is 6:30 on weekdays");
const time_zone = z.string().trim().min(1, "Choose a time zone").max(100).describe("Such as Europe/Berlin, or UTC");

const when = { cron, time_zone };

/** Of the run that it started last, unless that was deleted. */
const lastRun = z.object({
  id,
  name: z.string(),
  status: z.enum(runStatuses),
  total: z.int(),
  passed: z.int(),
  failed: z.int(),
  inconclusive: z.int(),
  errored: z.int(),
});

const scheduleFields = {
  ...assetFields,
  project_id: id,
  test_set_id: id,
  test_set_name: z.string(),
  endpoint_id: id,
  endpoint_name: z.string(),
  user_id: id.nullable().describe("Whoever last decided what it runs, or when: its runs are theirs"),
  user_name: z.string().nullable(),
  name: z.string(),
  cron: z.string(),
  time_zone: z.string(),
  enabled: z.boolean(),
  next_at: timestamp.nullable().describe("null where it is switched off"),
  last_started_at: timestamp.nullable(),
  last_error: z.string().nullable().describe("Why the last time came to nothing, or why it was switched off"),
  last_run: lastRun.nullable(),
};

/** Runs of a test set that start by the clock. */
export const scheduleItem = z.object(scheduleFields).meta({ id: "ScheduleItem" });
export type ScheduleItem = z.infer<typeof scheduleItem>;

const run = executeTestSet.shape;
const parameters = run.parameters.unwrap();

export const schedule = z
  .object({
    ...scheduleFields,
    metric_ids: z.array(id).nullable(),
    repeats: z.int(),
    concurrency: z.int().nullable(),
    pause_after_errors: z.int().nullable(),
    params: z.record(z.string(), z.unknown()),
    parameters: parameters.nullable(),
  })
  .meta({ id: "Schedule" });
export type Schedule = z.infer<typeof schedule>;

const metric_ids = run.metric_ids.unwrap().nullable();
const concurrency = run.concurrency.unwrap().nullable();

export const createSchedule = z.strictObject({
  name,
  test_set_id: id,
  endpoint_id: id,
  ...when,
  enabled: z.boolean().default(true),
  metric_ids: metric_ids.default(null).describe("As where a test set is run; null: those of the set or of the tests"),
  repeats: run.repeats,
  concurrency: concurrency.default(null).describe("null: what the endpoint allows"),
  pause_after_errors: run.pause_after_errors,
  params: run.params,
  parameters: parameters.nullable().default(null).describe("Resolved when a run starts, not before"),
});

export const updateSchedule = z.strictObject({
  ...version,
  name: name.optional(),
  test_set_id: id.optional().describe("Of the same project"),
  endpoint_id: id.optional(),
  cron: cron.optional(),
  time_zone: time_zone.optional(),
  enabled: z.boolean().optional(),
  metric_ids: metric_ids.optional(),
  repeats: run.repeats.unwrap().optional(),
  concurrency: concurrency.optional(),
  pause_after_errors: run.pause_after_errors.unwrap().optional(),
  params: run.params.unwrap().optional(),
  parameters: parameters.nullable().optional(),
});

export const listSchedules = listInput(["created_at", "name"], {
  project_id: id.optional(),
  test_set_id: id.optional(),
  endpoint_id: id.optional(),
  q: searchText.describe("Finds a part of the name"),
});
export const schedulePage = listOutput(scheduleItem);

export const previewSchedule = z.strictObject(when);
export const nextTimes = z.object({ times: z.array(timestamp).describe("The next five") });
