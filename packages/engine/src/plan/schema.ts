/** The plan of a test run: everything it needs, frozen at its start. Secrets are not in it. */
import { z } from "zod";
import { testKinds } from "../conversation/schema.ts";
import { metricParameters } from "../metric/schema.ts";
import { modelConfig } from "../model/schema.ts";
import { targetConfig } from "../target/schema.ts";

export const plannedMetric = z.object({
  id: z.uuid(),
  name: z.string(),
  parameters: metricParameters,
  model_id: z.uuid().nullable(),
});
export type PlannedMetric = z.infer<typeof plannedMetric>;

/** How the version of a run's parameters was found: named, the newest of a named experiment, or bound to an environment. */
export const parametersSources = ["version", "latest", "environment"] as const;

/** Where the values in `params` are from. */
export const plannedParameters = z.object({
  source: z.enum(parametersSources),
  experiment_id: z.uuid(),
  experiment_name: z.string(),
  version: z.int(),
  content_hash: z.string(),
  environment: z.string().nullable().describe("The environment that it was bound to, where one was asked for"),
});
export type PlannedParameters = z.infer<typeof plannedParameters>;

export const metricsSources = ["run", "test_set", "requirement"] as const;

/**
 * Which metrics score a test is decided per test when the run starts: those named for the run, else those of the
 * test set, else those of the test's requirement. Results hold the ids, this holds what they meant.
 */
export const runPlan = z.object({
  kind: z.enum(testKinds),
  endpoint: z.object({ id: z.uuid(), name: z.string(), config: targetConfig }),
  metrics: z.array(plannedMetric),
  metrics_source: z.enum(metricsSources),
  models: z.array(z.object({ id: z.uuid(), name: z.string(), config: modelConfig })),
  default_model_id: z.uuid().nullable(),
  params: z.record(z.string(), z.unknown()),
  parameters: plannedParameters.optional(),
  concurrency: z.int().min(1).max(1000),
  repeats: z.int().min(1).max(100),
  /** The run rests after so many calls in a row that came to nothing; null: never. */
  pause_after_errors: z.int().min(1).nullable(),
});
export type RunPlan = z.infer<typeof runPlan>;
