/** Every kind of background work: its name, its payload and how it is tried. Payloads carry ids only. */
import { z } from "zod";

export const jobCatalog = {
  /** Calls the endpoint for every open result of a run and scores the answers. */
  execute_test_run: { payload: z.strictObject({ test_run_id: z.uuid() }), max_attempts: 1000 },
  /** Scores the stored answers of an earlier run again. */
  rescore_test_run: { payload: z.strictObject({ test_run_id: z.uuid() }), max_attempts: 1000 },
} as const;

export type JobName = keyof typeof jobCatalog;
export type JobPayload<N extends JobName> = z.infer<(typeof jobCatalog)[N]["payload"]>;
