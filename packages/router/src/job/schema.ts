import { z } from "zod";
import { id, listInput, listOutput, timestamp } from "../list.ts";

export const jobStatuses = ["queued", "running", "completed", "failed", "cancelled"] as const;
const jobStatus = z.enum(jobStatuses);

/** Background work, and what it is about. */
export const job = z
  .object({
    id,
    name: z.string(),
    status: jobStatus,
    attempts: z.int(),
    error: z.string().nullable(),
    project_id: id.nullable(),
    user_id: id.nullable(),
    user_name: z.string().nullable(),
    test_run_id: id.nullable().describe("The run it executes"),
    test_run_name: z.string().nullable(),
    created_at: timestamp,
    started_at: timestamp.nullable(),
    finished_at: timestamp.nullable(),
  })
  .meta({ id: "Job" });
export type Job = z.infer<typeof job>;

export const listJobs = listInput(["created_at"], { project_id: id.optional(), status: jobStatus.optional() });
export const jobPage = listOutput(job);
