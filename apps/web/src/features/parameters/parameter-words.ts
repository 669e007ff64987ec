/** Parameters in words for a person. */
import type { ParameterType, ParameterValue } from "@rhesis/engine/parameters/schema";

/** `system_prompt` → “System prompt”. */
export function wordsOf(name: string): string {
  const words = name.replaceAll("_", " ").trim();
  return words.charAt(0).toUpperCase() + words.slice(1);
}

export const typeWords: Record<ParameterType, string> = {
  string: "Short text",
  text: "Long text",
  integer: "Whole number",
  number: "Number",
  boolean: "Yes or no",
  enum: "Choice",
  model_ref: "Model",
};

/** Names of models by their id; undefined while they are on their way. */
export type ModelNames = ReadonlyMap<string, string> | undefined;

/** A value as it is read; “–” for none. @param type of its parameter; undefined where the project has it no longer */
export function valueText(value: ParameterValue | null | undefined, type?: ParameterType, models?: ModelNames): string {
  if (value === undefined || value === null) return "–";
  if (typeof value === "boolean") return value ? "Yes" : "No";
  if (typeof value === "number") return String(value);
  if (type === "model_ref") return models === undefined ? "…" : (models.get(value) ?? "A model that is not there");
  return value === "" ? "(empty)" : value;
}

/** A value as requests are made with it: a model is its names, and values told with a run may be anything. */
export function usedValueText(value: unknown): string {
  if (value === null || ["string", "number", "boolean"].includes(typeof value)) {
    return valueText(value as ParameterValue | null);
  }
  const name = typeof value === "object" ? Reflect.get(value, "name") : undefined;
  return typeof name === "string" ? name : (JSON.stringify(value) ?? "–");
}
