/** What the form of a project's parameters holds, and what it sends. */
import type { ParameterField, ParameterType } from "@rhesis/engine/parameters/schema";

/** A parameter while it is written. `key` stays the same when it is renamed or moved; "" and null are no default. */
export type FieldDraft = {
  key: string;
  name: string;
  type: ParameterType;
  description: string;
  required: boolean;
  default: string | number | boolean | null;
  options: string[];
};

export type SchemaValues = { fields: FieldDraft[] };

export function newField(key: string): FieldDraft {
  return { key, name: "", type: "string", description: "", required: false, default: "", options: [] };
}

export function draftsOf(fields: readonly ParameterField[]): FieldDraft[] {
  return fields.map((field) => ({
    key: field.name,
    name: field.name,
    type: field.type,
    description: field.description,
    required: field.required,
    default: field.default ?? noDefault(field.type),
    options: field.type === "enum" ? field.options : [],
  }));
}

function noDefault(type: ParameterType): "" | null {
  return type === "boolean" || type === "model_ref" || type === "enum" ? null : "";
}

/** The same parameter as another type, with its default where that still makes sense. */
export function withType(draft: FieldDraft, type: ParameterType): FieldDraft {
  return { ...draft, type, default: keptDefault(draft, type) };
}

function keptDefault({ default: value, options }: FieldDraft, type: ParameterType): FieldDraft["default"] {
  const isText = typeof value === "string" && value !== "";
  switch (type) {
    case "text":
      return isText || typeof value === "number" ? String(value) : "";
    case "string":
      return (isText && !/[\r\n]/.test(value)) || typeof value === "number" ? String(value) : "";
    case "integer":
      return Number.isInteger(value) ? value : "";
    case "number":
      return typeof value === "number" ? value : "";
    case "enum":
      return isText && options.includes(value) ? value : null;
    case "boolean":
    case "model_ref":
      return null;
  }
}

/** For the contract, which tells what does not fit. Empty options were begun and left. */
export function fieldInputs(drafts: readonly FieldDraft[]): unknown[] {
  return drafts.map(({ name, type, description, required, default: value, options }) => ({
    name: name.trim(),
    type,
    description,
    required,
    default: value === "" ? null : value,
    ...(type === "enum" ? { options: options.map((each) => each.trim()).filter((each) => each !== "") } : {}),
  }));
}
