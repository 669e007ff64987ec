import { Ajv2020, type ErrorObject, type ValidateFunction } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import { BoundedCache } from "../bounded-cache.ts";
import { compileRegex } from "../linear-regex.ts";
import { problemOf } from "../problem-of.ts";
import type { Json } from "../target/schema.ts";

type JsonObject = { [key: string]: Json };

/** Largest schema, as JSON text in UTF-16 characters. */
export const largestSchema = 65_536;
/** Subschemas that one validation may visit, so that no schema can hold a worker. */
const mostVisits = 300_000;

export class SchemaWorkError extends Error {
  constructor() {
    super("Checking this answer against the JSON Schema takes too long");
  }
}

const compiled = new BoundedCache<string, ValidateFunction>(100);
const visits = { left: 0 };

/** How `value` breaks the JSON Schema, for people; any draft is read as 2020-12. Throws an `Error` on a bad schema. */
export function schemaViolations(schema: JsonObject, value: Json): string[] {
  const validate = compileSchema(schema);
  visits.left = mostVisits;
  if (validate(value)) return [];
  return (validate.errors ?? []).map(describe);
}

/** Why `schema` is not a JSON Schema that can be used, or null. */
export function schemaProblem(schema: JsonObject): string | null {
  return problemOf(() => compileSchema(schema));
}

function compileSchema(schema: JsonObject): ValidateFunction {
  const key = JSON.stringify(schema);
  if (key.length > largestSchema) throw new Error("The JSON Schema is too large (more than 65,536 characters)");
  return compiled.getOrMake(key, () => {
    try {
      return newAjv().compile(counted(schema) as JsonObject);
    } catch (error) {
      throw readable(error);
    }
  });
}

function readable(error: unknown): Error {
  const message = error instanceof Error ? error.message : "unknown fault";
  if (message.startsWith("can't resolve reference"))
    return new Error("The JSON Schema refers to a schema outside of itself, which is not fetched", { cause: error });
  return new Error(`The JSON Schema cannot be used: ${message.slice(0, 500)}`, { cause: error });
}

/** One per schema: an instance remembers every `$id` it has seen, and tenants must not see each other's. */
function newAjv(): Ajv2020 {
  const ajv = new Ajv2020({ strict: false, allErrors: false, validateFormats: true, logger: false, code: { regExp } });
  addFormats.default(ajv);
  ajv.addKeyword({ keyword: "rhesisCounted", schema: false, validate: countVisit });
  // Ajv's own compares every pair of items.
  ajv.removeKeyword("uniqueItems");
  ajv.addKeyword({ keyword: "uniqueItems", type: "array", schemaType: "boolean", validate: hasUniqueItems });
  return ajv;
}

function countVisit(): boolean {
  visits.left -= 1;
  if (visits.left < 0) throw new SchemaWorkError();
  return true;
}

function hasUniqueItems(unique: boolean, items: Json[]): boolean {
  return !unique || new Set(items.map(canonical)).size === items.length;
}

/** JSON with sorted keys: equal for values that are equal. */
function canonical(value: Json): string {
  return JSON.stringify(value, (_, part: Json) =>
    part !== null && typeof part === "object" && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );
}

/**
 * Patterns run in linear time. Ajv keeps compiled patterns by what `toString()` gives: without one of its own, every
 * object is "[object Object]" and the first pattern would be used for all.
 */
function regExp(pattern: string): { test(text: string): boolean; toString(): string } {
  const regex = compileRegex(pattern);
  return { test: (text) => regex.test(text), toString: () => JSON.stringify(pattern) };
}
regExp.code = "linearRegExp";

const single = ["items", "contains", "additionalProperties", "unevaluatedProperties", "unevaluatedItems"].concat([
  "propertyNames",
  "not",
  "if",
  "then",
  "else",
]);
const several = ["allOf", "anyOf", "oneOf", "prefixItems"];
const named = ["properties", "patternProperties", "dependentSchemas", "$defs", "definitions"];

/** A copy in which each subschema counts its visits: recursive references can ask for 2^depth of them. */
function counted(schema: Json | undefined): Json {
  if (typeof schema !== "object" || schema === null || Array.isArray(schema)) return schema ?? true;
  // An asynchronous schema would answer with a promise, which is never false; any draft is read as 2020-12.
  const { $async: _async, $schema: _draft, ...kept } = schema;
  const copy: JsonObject = { ...kept, rhesisCounted: true };
  for (const [key, part] of Object.entries(kept)) {
    if (single.includes(key)) copy[key] = counted(part);
    else if (several.includes(key) && Array.isArray(part)) copy[key] = part.map(counted);
    else if (named.includes(key) && isObject(part))
      copy[key] = Object.fromEntries(Object.entries(part).map(([name, sub]) => [name, counted(sub)]));
  }
  return copy;
}

function isObject(value: Json): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function describe(error: ErrorObject): string {
  const place = error.instancePath === "" ? "The answer" : `“${error.instancePath.slice(1, 200)}”`;
  const extra: unknown = error.params["additionalProperty"] ?? error.params["allowedValues"];
  const detail = extra === undefined ? "" : ` (${JSON.stringify(extra).slice(0, 200)})`;
  return `${place} ${error.message ?? "is not valid"}${detail}`;
}
