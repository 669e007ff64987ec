/** Where inputs name ids. */
import { defOf, unwrap } from "@rhesis/api/rest/read-strings";
import type { z } from "zod";

type Path = readonly (string | number)[];

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** The places of ids in a value. */
export function idPaths(value: unknown, at: Path = []): Path[] {
  if (typeof value === "string") return uuid.test(value) ? [at] : [];
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, part]) =>
    idPaths(part, [...at, Array.isArray(value) ? Number(key) : key]),
  );
}

/** The places where a schema takes an id; the first place of a list stands for all. */
export function idFields(schema: z.core.$ZodType, at: Path = []): Path[] {
  const def = defOf(unwrap(schema));
  switch (def.type) {
    case "string":
      return (def as { format?: string }).format === "uuid" ? [at] : [];
    case "array":
      return idFields(def.element, [...at, 0]);
    case "object":
      return Object.entries(def.shape).flatMap(([name, field]) => idFields(field, [...at, name]));
    default:
      return [];
  }
}

/** What stands at a place. */
export function valueAt(value: unknown, path: Path): unknown {
  return path.reduce<unknown>((part, key) => (part as Record<string | number, unknown>)[key], value);
}

/** A copy with something else at a place. */
export function withValueAt<T>(value: T, path: Path, replacement: unknown): T {
  const copy = structuredClone(value);
  const last = path.at(-1);
  if (last === undefined) return copy;
  (valueAt(copy, path.slice(0, -1)) as Record<string | number, unknown>)[last] = replacement;
  return copy;
}
