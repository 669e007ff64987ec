import { z } from "zod";
import { askTwice } from "../model/ask-twice.ts";
import type { JudgeModel } from "../model/judge-model.ts";
import type { ModelUsage } from "../model/schema.ts";
import { judgeMessages } from "./judge-prompt.ts";
import { inconclusive, shown, type Finding } from "./outcome.ts";
import type { ParametersOf, ScoreInput } from "./schema.ts";

type JudgeParameters = ParametersOf<"judge_numeric"> | ParametersOf<"judge_categorical">;
type Judging = { model: JudgeModel; signal?: AbortSignal | undefined };

/** Longest answer, question, context and expected output together that are sent to a judge, in UTF-16 characters. */
const longestJudged = 400_000;

/** Has a model give a number between the metric's bounds, and compares it with the threshold. */
export async function scoreNumerically(
  parameters: ParametersOf<"judge_numeric">,
  input: ScoreInput,
  judging: Judging,
): Promise<Finding> {
  const { min_score: min, max_score: max, operator, threshold } = parameters;
  const scale = `a number from ${min} to ${max}`;
  const asked = await ask(parameters, input, judging, {
    schema: z.object({ reason: reasonField, score: z.number().describe(scale) }),
    form: `{"reason": string, "score": ${scale}}`,
    problem: ({ score }) => (score >= min && score <= max ? null : `The score ${score} is not ${scale}`),
  });
  if ("verdict" in asked) return asked;
  const { value, raw, usage } = asked;
  const passed = clears[operator](value.score, threshold);
  const bar = `(${shown(value.score)}, required ${operator} ${shown(threshold)})`;
  const reason = `${value.reason} ${bar}`.trim();
  return { verdict: passed ? "pass" : "fail", value: value.score, label: null, reason, raw, usage };
}

/** Has a model choose one of the metric's categories. Upper and lower case are the same. */
export async function scoreCategorically(
  parameters: ParametersOf<"judge_categorical">,
  input: ScoreInput,
  judging: Judging,
): Promise<Finding> {
  const { categories, passing_categories } = parameters;
  const list = categories.map((category) => JSON.stringify(category)).join(", ");
  const known = (name: string): string | undefined => categories.find((category) => isSame(category, name));
  const asked = await ask(parameters, input, judging, {
    schema: z.object({ reason: reasonField, category: z.string().meta({ enum: categories }) }),
    form: `{"reason": string, "category": one of ${list}}`,
    problem: ({ category }) => (known(category) ? null : `The category must be one of ${list}`),
  });
  if ("verdict" in asked) return asked;
  const { value, raw, usage } = asked;
  const label = known(value.category) ?? value.category;
  const passed = passing_categories.some((category) => isSame(category, label));
  return { verdict: passed ? "pass" : "fail", value: null, label, reason: value.reason, raw, usage };
}

const reasonField = z.string().describe("Two or three sentences that explain the judgement");

function isSame(a: string, b: string): boolean {
  return a.trim().toLowerCase() === b.trim().toLowerCase();
}

const clears: Record<ParametersOf<"judge_numeric">["operator"], (score: number, threshold: number) => boolean> = {
  ">=": (score, threshold) => score >= threshold,
  ">": (score, threshold) => score > threshold,
  "<=": (score, threshold) => score <= threshold,
  "<": (score, threshold) => score < threshold,
};

type Question<T> = { schema: z.ZodType<T>; form: string; problem: (value: T) => string | null };
type Answered<T> = { value: T; raw: string | null; usage: ModelUsage };

async function ask<T>(
  parameters: JudgeParameters,
  input: ScoreInput,
  judging: Judging,
  { schema, form, problem }: Question<T>,
): Promise<Answered<T> | Finding> {
  const missing = missingMaterial(parameters, input);
  if (missing !== null) return inconclusive(missing);
  const messages = (fault: string | null) => judgeMessages(parameters, input, { form, fault });
  const { value, fault, ...record } = await askTwice(judging, { schema, schema_name: "judgement", messages, problem });
  if (fault !== null) return { ...inconclusive(`The answer could not be judged. ${fault}.`), ...record };
  return { value, ...record };
}

function missingMaterial(parameters: JudgeParameters, input: ScoreInput): string | null {
  if (parameters.ground_truth_required && !input.expected_output?.trim())
    return "The metric compares with an expected output, and the test has none";
  if (parameters.context_required && !input.context.some((part) => part.trim() !== ""))
    return "The metric needs the context the answer was based on, and the endpoint gave none. Map it in the endpoint.";
  const parts = [input.input, input.output, input.expected_output ?? "", ...input.context];
  const length = parts.reduce((total, part) => total + part.length, 0);
  return length > longestJudged ? "Answer and context are too long to be judged (more than 400,000 characters)" : null;
}
