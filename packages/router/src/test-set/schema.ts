import { z } from "zod";
import { assetFields, description, id, listInput, listOutput, name, searchText, version } from "../list.ts";
import { metricPage } from "../metric/schema.ts";
import { parametersRequest } from "../parameters/schema.ts";
import { budgetFields } from "../test-run/schema.ts";
import { testItem, testKind } from "../test/schema.ts";

/** An ordered collection of tests, all of one kind. */
export const testSet = z
  .object({
    ...assetFields,
    project_id: id,
    kind: testKind,
    name: z.string(),
    description: z.string(),
    test_count: z.int(),
  })
  .meta({ id: "TestSet" });
export type TestSet = z.infer<typeof testSet>;

export const createTestSet = z.strictObject({
  project_id: id,
  kind: testKind.default("single_turn"),
  name,
  description: description.default(""),
});
export const updateTestSet = z.strictObject({
  ...version,
  name: name.optional(),
  description: description.optional(),
});

export const listTestSets = listInput(["created_at", "name"], { project_id: id.optional(), q: searchText });
export const testSetPage = listOutput(testSet);

/** A test at its place in the set. */
export const testInSet = testItem.extend({ position: z.int() }).meta({ id: "TestInSet" });
export type TestInSet = z.infer<typeof testInSet>;

export const listTestsOfSet = listInput(["position"], {
  id,
  q: searchText.describe("Finds a part of the name or the input"),
});
export const testsOfSetPage = listOutput(testInSet);

export const changeTests = z.strictObject({ id, test_ids: z.array(id).min(1).max(1000) });
export const addTestsToSet = changeTests
  .extend({
    positions: z
      .array(z.int().min(1).max(1_000_000_000))
      .min(1)
      .max(1000)
      .optional()
      .describe("Where each is to stand, in the order of `test_ids`: puts back what was taken out. Else at the end"),
  })
  .refine(({ test_ids, positions }) => positions === undefined || positions.length === test_ids.length, {
    path: ["positions"],
    message: "Give one position for each test",
  });
export const testsAdded = z.object({
  added: z.int().describe("Those that were there already do not count"),
  test_count: z.int().describe("Tests in the set now"),
});
export const testsRemoved = z.object({
  removed: z.int().describe("Those that were not there do not count"),
  test_count: z.int().describe("Tests in the set now"),
});

export const listMetricsOfSet = listInput(["created_at", "name"], { id });
export const metricsOfSetPage = metricPage;
export const changeMetricsOfSet = z.strictObject({ id, metric_ids: z.array(id).min(1).max(100) });
export const metricsAdded = z.object({ added: z.int().describe("Those that were there already do not count") });
export const metricsRemoved = z.object({ removed: z.int().describe("Those that were not there do not count") });

export const executeTestSet = z.strictObject({
  id,
  endpoint_id: id,
  name: name.optional().describe("Where left out: the name of the set and a number"),
  metric_ids: z
    .array(id)
    .min(1)
    .max(100)
    .optional()
    .describe("Score every test with these, instead of the metrics of the set or of the requirements"),
  repeats: z.int().min(1).max(20).default(1).describe("How often each test is asked"),
  concurrency: z
    .int()
    .min(1)
    .max(1000)
    .optional()
    .describe("Calls at the same time, at most what the endpoint allows. Where left out: what the endpoint allows"),
  pause_after_errors: z
    .int()
    .min(1)
    .max(100_000)
    .nullable()
    .default(25)
    .describe("The run rests after so many calls in a row that came to nothing; null: never"),
  ...budgetFields,
  params: z.record(z.string().max(200), z.json()).default({}).describe("Values for `{{ params.… }}`"),
  parameters: z
    .strictObject(parametersRequest)
    .optional()
    .describe("A version of the project's parameters, instead of `params`. `{}` is the one bound to `default`"),
});

export const preflightStatuses = ["passed", "warning", "failed"] as const;

/** What was tried before a run. */
export const preflight = z
  .object({
    ready: z.boolean().describe("false where a check has failed: the run would not start, or all its tests would fail"),
    checks: z.array(
      z.object({
        check: z.enum(["plan", "endpoint", "metrics", "model"]),
        name: z.string(),
        status: z.enum(preflightStatuses),
        message: z.string(),
        duration_ms: z.number().nullable().describe("Of the call; null where nobody was called"),
      }),
    ),
  })
  .meta({ id: "Preflight" });
export type Preflight = z.infer<typeof preflight>;
