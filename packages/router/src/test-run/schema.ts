import { z } from "zod";
import { metricImplementations, metricParameters, resultVerdicts } from "@rhesis/engine/metric/schema";
import { modelProviders } from "@rhesis/engine/model/schema";
import { runStatuses } from "@rhesis/engine/run/schema";
import { metricsSources, plannedParameters } from "@rhesis/engine/plan/schema";
import { calledAt } from "../endpoint/schema.ts";
import { assetFields, id, listInput, listOutput, name, searchText, timestamp, version } from "../list.ts";

export const runStatus = z.enum(runStatuses);

/** Results of a run by verdict; what is missing from `total` is still open, or was cancelled. */
const counts = {
  total: z.int(),
  passed: z.int(),
  failed: z.int(),
  inconclusive: z.int(),
  errored: z.int(),
};

const progress = {
  status: runStatus,
  ...counts,
  input_tokens: z.int().describe("Used by the models that judged"),
  output_tokens: z.int(),
  cost: z.number().describe("Of the models that judged, in US dollars, as far as prices are known"),
  error: z.string().nullable().describe("Why it failed"),
  cancel_requested_at: timestamp.nullable(),
  pause_requested_at: timestamp.nullable(),
  pause_reason: z.string().nullable(),
  held_until: timestamp.nullable().describe("Until then the application has asked not to be called"),
  max_tokens: z.int().nullable().describe("What its models may use at most"),
  max_cost: z.number().nullable().describe("What its models may cost at most, in US dollars"),
  booked_tokens: z.int().describe("Of a run with a budget: what its models have used, also for what was not stored"),
  booked_cost: z.number().describe("The same in US dollars"),
  started_at: timestamp.nullable(),
  finished_at: timestamp.nullable(),
};

/** What the models of a run may use at most. The application that is tested is not counted. */
export const budgetFields = {
  max_tokens: z
    .int()
    .min(1)
    .max(1_000_000_000_000)
    .optional()
    .describe("Tokens that judges and simulated users may use, in and out. Before it is exceeded, the run rests"),
  max_cost: z
    .number()
    .min(0.000_001)
    .max(1_000_000)
    .optional()
    .describe("What judges and simulated users may cost, in US dollars. All models need prices"),
};

const testRunFields = {
  ...assetFields,
  project_id: id,
  test_set_id: id,
  test_set_name: z.string(),
  endpoint_id: id,
  endpoint_name: z.string(),
  user_id: id.nullable().describe("Who started it"),
  user_name: z.string().nullable(),
  name: z.string(),
  kind: z
    .enum(["execute", "rescore"])
    .describe("Whether it calls the endpoint, or scores answers of another run again"),
  source_run_id: id.nullable().describe("The run whose answers were scored again"),
  experiment_id: id.nullable().describe("The experiment whose version its requests were made with"),
  experiment_version: z.int().nullable(),
  schedule_id: id.nullable().describe("The schedule that started it"),
  ...progress,
};

/** One execution of a test set against one endpoint. */
export const testRunItem = z.object(testRunFields).meta({ id: "TestRunItem" });
export type TestRunItem = z.infer<typeof testRunItem>;

/** What was fixed when the run started. */
export const planSummary = z
  .object({
    endpoint: z.object({ id, name: z.string(), ...calledAt }),
    metrics: z.array(
      z.object({
        id,
        name: z.string(),
        implementation: z.enum(metricImplementations),
        parameters: metricParameters.describe("As they were when the run started"),
        model_id: id.nullable(),
      }),
    ),
    metrics_source: z.enum(metricsSources),
    models: z.array(z.object({ id, name: z.string(), provider: z.enum(modelProviders), model_name: z.string() })),
    params: z.record(z.string(), z.unknown()),
    parameters: plannedParameters.nullable().describe("Which version `params` are, where they are one"),
    concurrency: z.int(),
    repeats: z.int(),
    pause_after_errors: z.int().nullable(),
  })
  .meta({ id: "PlanSummary" });
export type PlanSummary = z.infer<typeof planSummary>;

export const testRun = z
  .object({ ...testRunFields, schedule_name: z.string().nullable(), plan: planSummary })
  .meta({ id: "TestRun" });
export type TestRun = z.infer<typeof testRun>;

export const updateTestRun = z.strictObject({ ...version, name: name.optional() });

export const listTestRuns = listInput(["created_at"], {
  project_id: id.optional(),
  test_set_id: id.optional(),
  endpoint_id: id.optional(),
  experiment_id: id.optional(),
  experiment_version: z.int().min(1).max(2_147_483_647).optional(),
  schedule_id: id.optional(),
  status: runStatus.optional(),
  q: searchText.describe("Finds a part of the name"),
});
export const testRunPage = listOutput(testRunItem);

export const retryTestRun = z.strictObject({
  id,
  verdicts: z
    .array(z.enum(resultVerdicts))
    .min(1)
    .default(["error"])
    .describe("Which results are asked again, in a new run under the same plan"),
  name: name.optional(),
  ...budgetFields,
});

export const pauseTestRun = z.strictObject({
  id,
  reason: z.string().trim().min(1).max(500).optional().describe("Shown with the run while it rests"),
});

export const raiseBudgetOfRun = z.strictObject({ ...version, ...budgetFields });

export const rescoreTestRun = z.strictObject({
  id,
  metric_ids: z
    .array(id)
    .max(100)
    .optional()
    .describe("Score every answer with these, instead of the metrics of the set or of each test's requirement"),
  name: name.optional(),
  ...budgetFields,
});

export const watchTestRun = z.strictObject({
  id,
  lastEventId: z.string().max(200).nullish().describe("The last event that was received, to go on from there"),
});

/** Where a run is. Every event carries all of it. */
export const testRunProgress = z.object({ id, ...progress });
export type TestRunProgress = z.infer<typeof testRunProgress>;
