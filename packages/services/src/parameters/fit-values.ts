/** Whether values are what a project's parameters ask for, and what becomes of them where they are. */
import type { ParameterModel } from "@rhesis/db/queries/parameters";
import { valuesFor, type ParameterField, type ParameterValues } from "@rhesis/engine/parameters/schema";
import type { FieldProblem } from "@rhesis/telemetry/app-error";

/** Values by name with the defaults of what has none, or why they do not fit: each problem at the name of its parameter. */
export type Fit = { values: ParameterValues; problems: [] } | { values: null; problems: FieldProblem[] };

const largest = 100_000;

/** A value for everything that has one or a default. */
export function fitValues(
  fields: readonly ParameterField[],
  given: ParameterValues,
  models: readonly ParameterModel[],
): Fit {
  const parsed = valuesFor(fields).safeParse(given);
  if (!parsed.success) return { values: null, problems: parsed.error.issues.flatMap(problemsOf) };
  const values: ParameterValues = {};
  for (const { name, default: fallback } of fields) {
    const value = parsed.data[name] ?? fallback;
    if (value !== null) values[name] = value;
  }
  const problems = missingModels(fields, values, models);
  if (JSON.stringify(values).length > largest) {
    problems.push({ path: [], message: `Together the values may have ${largest.toLocaleString("en")} characters` });
  }
  return problems.length > 0 ? { values: null, problems } : { values, problems: [] };
}

/** The same of a version that was saved earlier: what the project has no parameter for any more does not matter. */
export function fitVersion(
  fields: readonly ParameterField[],
  saved: ParameterValues,
  models: readonly ParameterModel[],
): Fit {
  const names = new Set(fields.map(({ name }) => name));
  const known = Object.entries(saved).filter(([name]) => names.has(name));
  return fitValues(fields, Object.fromEntries(known), models);
}

type Issue = { path: PropertyKey[]; message: string; keys?: string[] };

function problemsOf({ path, message, keys = [] }: Issue): FieldProblem[] {
  if (keys.length === 0) return [{ path: path.map(String), message }];
  return keys.map((key) => ({ path: [key], message: "The project has no such parameter" }));
}

/** A problem for each model that is named and not there. */
export function missingModels(
  fields: readonly ParameterField[],
  values: ParameterValues,
  models: readonly ParameterModel[],
): FieldProblem[] {
  const known = new Set<unknown>(models.map(({ id }) => id));
  return fields.flatMap(({ type, name }) => {
    const value = values[name];
    if (type !== "model_ref" || typeof value !== "string" || known.has(value)) return [];
    return [{ path: [name], message: "There is no such model" }];
  });
}

/** What a mapping reads as `params`: null for what has no value, a model with its names instead of its id alone. */
export function paramsFrom(
  fields: readonly ParameterField[],
  values: ParameterValues,
  models: readonly ParameterModel[],
): Record<string, unknown> {
  const params: Record<string, unknown> = { ...values };
  for (const { name, type } of fields) {
    const value = values[name] ?? null;
    params[name] = type === "model_ref" && value !== null ? models.find(({ id }) => id === value) : value;
  }
  return params;
}
