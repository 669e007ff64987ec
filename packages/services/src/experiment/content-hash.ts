/** What identifies the content of a version: its values, and the schema that says what they mean. */
import { createHash } from "node:crypto";
import type { ParameterField, ParameterValues } from "@rhesis/engine/parameters/schema";

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

function byName([one]: [string, ...unknown[]], [other]: [string, ...unknown[]]): number {
  return one < other ? -1 : 1;
}

/** Hex; the same for schemas that take the same values. What is there for readers, such as order, does not count. */
export function schemaFingerprint(fields: readonly ParameterField[]): string {
  const rules = fields.map((field): [string, ...unknown[]] => [
    field.name,
    field.type,
    field.required,
    field.default,
    field.type === "enum" ? field.options : null,
  ]);
  return sha256(JSON.stringify(rules.toSorted(byName)));
}

/** Hex; the same for the same values under the same fingerprint, whatever the order of the values. */
export function contentHash(values: ParameterValues, schema_fingerprint: string): string {
  return sha256(JSON.stringify([schema_fingerprint, Object.entries(values).toSorted(byName)]));
}
