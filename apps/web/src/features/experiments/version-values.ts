/** What the form of a version holds, and what it sends. */
import { z } from "zod";
import { addVersion } from "@rhesis/router/experiment/schema";
import { valuesFor, type ParameterField, type ParameterValues } from "@rhesis/engine/parameters/schema";

/** "" and null are no value. */
export type FormValue = string | number | boolean | null;

/** Each parameter of the project with its value in the version one starts from, else its default, else none. */
export function startValues(
  fields: readonly ParameterField[],
  from: ParameterValues | null,
): Record<string, FormValue> {
  return Object.fromEntries(fields.map((field) => [field.name, startValue(field, from)]));
}

function startValue(field: ParameterField, from: ParameterValues | null): FormValue {
  const saved = from?.[field.name];
  const fits = saved !== undefined && valuesFor([field]).safeParse({ [field.name]: saved }).success;
  if (fits) return saved;
  return field.default ?? (["boolean", "enum", "model_ref"].includes(field.type) ? null : "");
}

/** Names of what the version has a value for that the form does not take over: the project has changed since. */
export function leftBehind(fields: readonly ParameterField[], from: ParameterValues): string[] {
  const start = startValues(fields, from);
  return Object.keys(from).filter((name) => start[name] !== from[name]);
}

/** An empty text counts as one where there is a default: the default would come back otherwise. */
export function givenValues(fields: readonly ParameterField[], values: Record<string, FormValue>): ParameterValues {
  const given: ParameterValues = {};
  for (const { name, type, default: fallback } of fields) {
    const value = values[name] ?? null;
    const isEmptyText = value === "" && (type === "string" || type === "text") && fallback !== null;
    if (value !== null && (value !== "" || isEmptyText)) given[name] = value;
  }
  return given;
}

/** The contract's schema of a new version, with the rules of the project for its values. */
export function newVersion(fields: readonly ParameterField[]) {
  return z.strictObject({ ...addVersion.shape, values: valuesFor(fields) });
}
