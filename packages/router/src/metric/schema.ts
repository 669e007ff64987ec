import { z } from "zod";
import { metricImplementations, metricParameters, scoreOutcome, scoreVerdicts } from "@rhesis/engine/metric/schema";
import { assetFields, description, id, listInput, listOutput, name, searchText, version } from "../list.ts";

const implementation = z.enum(metricImplementations);
const modelId = id.nullable().describe("The model that judges; null means the default model of the organization");

const metricFields = {
  ...assetFields,
  name: z.string(),
  description: z.string(),
  implementation,
  model_id: modelId,
};

/** How one answer is scored, and the bar it must clear. */
export const metric = z.object({ ...metricFields, parameters: metricParameters }).meta({ id: "Metric" });
export type Metric = z.infer<typeof metric>;

/** A metric in a list, without its parameters. */
export const metricItem = z.object(metricFields).meta({ id: "MetricItem" });
export type MetricItem = z.infer<typeof metricItem>;

export const createMetric = z.strictObject({
  name,
  description: description.default(""),
  parameters: metricParameters,
  model_id: modelId.default(null),
});
export const updateMetric = z.strictObject({
  ...version,
  name: name.optional(),
  description: description.optional(),
  parameters: metricParameters.optional().describe("Taken whole: parameters left out go back to their defaults"),
  model_id: modelId.optional(),
});

export const listMetrics = listInput(["created_at", "name"], {
  q: searchText,
  implementation: implementation.optional(),
  model_id: id.optional(),
});
export const metricPage = listOutput(metricItem);

const answerText = z.string().max(100_000);

/** A stored metric by `metric_id`, or a draft by `parameters` and `model_id`; and the answer to score with it. */
export const tryMetric = z
  .strictObject({
    metric_id: id.optional(),
    parameters: metricParameters.optional(),
    model_id: modelId.optional(),
    input: answerText.default(""),
    expected_output: answerText.nullable().default(null),
    output: answerText,
    context: z.array(answerText).max(100).default([]),
    latency_ms: z.number().min(0).nullable().default(null),
  })
  .refine((value) => (value.metric_id === undefined) !== (value.parameters === undefined), {
    path: ["metric_id"],
    message: "Name a metric or give parameters, one of the two",
  });
export const metricTrial = scoreOutcome;

const exampleInput = z.object({
  input: z.string(),
  expected_output: z.string().nullable(),
  output: z.string(),
  context: z.array(z.string()),
  metadata: z.record(z.string(), z.unknown()),
  tool_calls: z.array(z.unknown()),
  latency_ms: z.number().nullable(),
});

/** A kind of metric, as people choose it, with an example of what it gives. */
export const metricDescription = z
  .object({
    implementation,
    title: z.string(),
    description: z.string(),
    formula: z.string(),
    needs_expected: z.boolean(),
    needs_context: z.boolean(),
    needs_model: z.boolean(),
    example: z.object({
      parameters: metricParameters,
      input: exampleInput,
      outcome: z.object({ verdict: z.enum(scoreVerdicts), value: z.number().nullable(), label: z.string().nullable() }),
    }),
  })
  .meta({ id: "MetricDescription" });
export type MetricDescription = z.infer<typeof metricDescription>;

export const metricCatalog = z.object({ items: z.array(metricDescription) });
