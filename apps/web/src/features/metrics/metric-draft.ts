/** A metric while it is being written, and what is still wrong with it. */
import {
  metricParameters,
  parameterProblems,
  type MetricImplementation,
  type MetricParameters,
} from "@rhesis/engine/metric/schema";
import { describeMetric } from "@rhesis/engine/metric/catalog";
import type { FieldProblem } from "../../api/problems.ts";
import { plainProblem } from "../../ui/plain-problem.ts";

export type MetricDraft = {
  name: string;
  description: string;
  model_id: string | null;
  parameters: MetricParameters;
};

/** Messages by field, keyed by the path joined with dots: `parameters.phrases.0`. */
export type Problems = Record<string, string>;

const emptyFields: { [I in MetricImplementation]?: object } = {
  contains: { phrases: [] },
  not_contains: { phrases: [] },
  regex: { pattern: "" },
  judge_numeric: { evaluation_prompt: "", ground_truth_required: false },
  judge_categorical: {
    evaluation_prompt: "",
    categories: ["correct", "partly correct", "wrong"],
    passing_categories: ["correct"],
    ground_truth_required: false,
  },
  numeric_tolerance: { reference: null },
};

/** A new metric of a kind: settings from its example, but the texts only the author can know left empty. */
export function draftOf(implementation: MetricImplementation): MetricDraft {
  const { example } = describeMetric(implementation);
  return {
    name: "",
    description: "",
    model_id: null,
    parameters: { ...example.parameters, ...emptyFields[implementation] },
  };
}

/** What is wrong with a draft before it is sent. */
export function draftProblems(draft: MetricDraft): Problems {
  const problems: Problems = {};
  if (draft.name.trim() === "") problems["name"] = "Give it a name";
  const parsed = metricParameters.safeParse(draft.parameters, { error: plainProblem });
  const found = parsed.success
    ? parameterProblems(parsed.data)
    : parsed.error.issues.map((issue) => ({ path: issue.path.map(String), message: issue.message }));
  for (const { path, message } of found) problems[["parameters", ...path].join(".")] ??= message;
  return problems;
}

/** True where a metric could be tried: everything but its name is there. */
export function settingsComplete(draft: MetricDraft): boolean {
  return Object.keys(draftProblems({ ...draft, name: "-" })).length === 0;
}

/** What the server found, by field; `rest` belongs to no field of the form. */
export function serverProblems(found: readonly FieldProblem[]): { problems: Problems; rest: string[] } {
  const problems: Problems = {};
  const rest: string[] = [];
  for (const { path, message } of found) {
    const key = path.join(".");
    if (/^(name|description|model_id|parameters\.)/.test(key)) problems[key] ??= message;
    else rest.push(message);
  }
  return { problems, rest };
}

/** The message for a field, or for anything inside it. */
export function problemAt(problems: Problems, field: string): string | undefined {
  if (problems[field] !== undefined) return problems[field];
  const inside = Object.keys(problems).find((key) => key.startsWith(`${field}.`));
  return inside === undefined ? undefined : problems[inside];
}
