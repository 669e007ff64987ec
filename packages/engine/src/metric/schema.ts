/** Shapes of a metric: how one answer is scored and the bar it must clear. zod only, so that forms can use them. */
import { z } from "zod";
import { json } from "../target/schema.ts";
import { modelUsage } from "../model/schema.ts";

const phrases = z.array(z.string().min(1).max(2000)).min(1).max(100);
const text = z.string().max(20_000);
const pattern = z.string().min(1).max(1000);

/** How many of several phrases must hold. */
const mode = z.enum(["any", "all"]);
const unit = z.number().min(0).max(1);

/**
 * Which of `compare with` a metric uses: the test's expected output, or a fixed text of the metric's own.
 * `null` means the expected output of the test.
 */
const reference = text.nullable().default(null);

const ignoreCase = z.boolean().default(false);

/**
 * The parameters of each implementation that computes its score, keyed by its name. Lengths in characters, latency in
 * milliseconds.
 */
export const deterministicParameters = z.discriminatedUnion("implementation", [
  z.strictObject({
    implementation: z.literal("exact_match"),
    reference,
    ignore_case: ignoreCase,
    trim: z.boolean().default(true),
  }),
  z.strictObject({
    implementation: z.literal("contains"),
    phrases,
    mode: mode.default("all"),
    ignore_case: ignoreCase,
  }),
  z.strictObject({
    implementation: z.literal("not_contains"),
    phrases,
    mode: mode.default("any"),
    ignore_case: ignoreCase,
  }),
  z.strictObject({
    implementation: z.literal("regex"),
    pattern,
    ignore_case: ignoreCase,
    negate: z.boolean().default(false),
  }),
  z.strictObject({ implementation: z.literal("json_valid") }),
  z.strictObject({ implementation: z.literal("json_schema"), schema: z.record(z.string(), json) }),
  z.strictObject({ implementation: z.literal("json_path_equals"), path: z.string().min(1).max(1000), expected: json }),
  z.strictObject({
    implementation: z.literal("numeric_tolerance"),
    reference: z.number().nullable().default(null),
    absolute: z.number().min(0).default(0),
    relative: z.number().min(0).default(0),
  }),
  z.strictObject({
    implementation: z.literal("levenshtein"),
    reference,
    ignore_case: ignoreCase,
    threshold: unit.default(0.8),
  }),
  z.strictObject({
    implementation: z.literal("bleu"),
    reference,
    max_order: z.int().min(1).max(4).default(4),
    threshold: unit.default(0.5),
  }),
  z.strictObject({ implementation: z.literal("rouge_l"), reference, threshold: unit.default(0.5) }),
  z.strictObject({
    implementation: z.literal("length"),
    unit: z.enum(["characters", "words"]).default("characters"),
    min: z.int().min(0).nullable().default(null),
    max: z.int().min(0).nullable().default(null),
  }),
  z.strictObject({ implementation: z.literal("latency"), max_ms: z.int().min(1).max(3_600_000) }),
  z.strictObject({
    implementation: z.literal("refusal"),
    expect: z.enum(["refusal", "no_refusal"]).default("refusal"),
    extra_phrases: z.array(z.string().min(1).max(500)).max(100).default([]),
  }),
]);
export type DeterministicParameters = z.infer<typeof deterministicParameters>;

/** The parameters of each implementation, those that ask a model included. */
export const metricParameters = z.discriminatedUnion("implementation", [
  ...deterministicParameters.options,
  z.strictObject({
    implementation: z.literal("judge_numeric"),
    evaluation_prompt: z.string().min(1).max(20_000),
    evaluation_steps: text.nullable().default(null),
    evaluation_examples: text.nullable().default(null),
    min_score: z.number().default(0),
    max_score: z.number().default(1),
    operator: z.enum([">=", ">", "<=", "<"]).default(">="),
    threshold: z.number().default(0.5),
    ground_truth_required: z.boolean().default(false),
    context_required: z.boolean().default(false),
  }),
  z.strictObject({
    implementation: z.literal("judge_categorical"),
    evaluation_prompt: z.string().min(1).max(20_000),
    evaluation_steps: text.nullable().default(null),
    evaluation_examples: text.nullable().default(null),
    categories: z.array(z.string().min(1).max(200)).min(2).max(50),
    passing_categories: z.array(z.string().min(1).max(200)).min(1).max(50),
    ground_truth_required: z.boolean().default(false),
    context_required: z.boolean().default(false),
  }),
]);
export type MetricParameters = z.infer<typeof metricParameters>;
export type MetricImplementation = MetricParameters["implementation"];
export type ParametersOf<I extends MetricImplementation> = Extract<MetricParameters, { implementation: I }>;

export const metricImplementations = metricParameters.options.map((option) => option.shape.implementation.value) as [
  MetricImplementation,
  ...MetricImplementation[],
];

/** True where a metric needs a model to give its score. */
export function isJudge(implementation: MetricImplementation): boolean {
  return implementation === "judge_numeric" || implementation === "judge_categorical";
}

/** Rules across fields, said where the mistake is. Shapes alone are in `metricParameters`. */
export function parameterProblems(parameters: MetricParameters): { path: string[]; message: string }[] {
  switch (parameters.implementation) {
    case "length":
      if (parameters.min === null && parameters.max === null)
        return [{ path: ["min"], message: "Give a least or a greatest length" }];
      return parameters.min !== null && parameters.max !== null && parameters.min > parameters.max
        ? [{ path: ["max"], message: "The greatest length must not be below the least" }]
        : [];
    case "judge_numeric":
      if (parameters.min_score >= parameters.max_score)
        return [{ path: ["max_score"], message: "The highest score must be above the lowest" }];
      return parameters.threshold < parameters.min_score || parameters.threshold > parameters.max_score
        ? [{ path: ["threshold"], message: "The threshold must lie between the lowest and the highest score" }]
        : [];
    case "judge_categorical":
      return parameters.passing_categories.every((category) => parameters.categories.includes(category))
        ? []
        : [{ path: ["passing_categories"], message: "Each passing category must be one of the categories" }];
    default:
      return [];
  }
}

export const scoreVerdicts = ["pass", "fail", "inconclusive"] as const;
export type ScoreVerdict = (typeof scoreVerdicts)[number];

/** What one metric gave for one answer. `value` is on the metric's own scale; `label` for categorical ones. */
export const scoreOutcome = z.object({
  verdict: z.enum(scoreVerdicts),
  value: z.number().nullable(),
  label: z.string().nullable(),
  reason: z.string(),
  raw: z.string().nullable(),
  usage: modelUsage.nullable(),
  duration_ms: z.number(),
});
export type ScoreOutcome = z.infer<typeof scoreOutcome>;

/** What a metric looks at. `latency_ms` is null where an answer was not produced by a call. */
export type ScoreInput = {
  input: string;
  expected_output: string | null;
  output: string;
  context: string[];
  metadata: Record<string, unknown>;
  tool_calls: unknown[];
  latency_ms: number | null;
  /** What was said before, oldest first, where the answer is the last of a conversation. */
  earlier?: readonly { input: string; output: string }[];
};

export const resultVerdicts = ["pass", "fail", "inconclusive", "error"] as const;
export type ResultVerdict = (typeof resultVerdicts)[number];
