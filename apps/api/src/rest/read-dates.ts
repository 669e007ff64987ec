/**
 * JSON has no dates: where a schema expects one, a body carries ISO 8601 text. That text, and nothing else of a body, is
 * read as something it is not.
 */
import type { z } from "zod";
import { defOf, readDate, unwrap } from "./read-strings.ts";

type Schema = z.core.$ZodType;
type DatesReader = (value: unknown) => unknown;

/** A copy of a body with its dates read, or null where the schema has none and nothing needs to be done. */
export function datesReader(schema: Schema, within: readonly Schema[] = []): DatesReader | null {
  const inner = unwrap(schema);
  if (within.includes(inner)) return null;
  const inside = [...within, inner];
  const def = defOf(inner);
  switch (def.type) {
    case "date":
      return (value) => (typeof value === "string" ? readDate(value) : value);
    case "array":
      return arrayReader(datesReader(def.element, inside));
    case "object":
      return objectReader(def.shape, inside);
    case "union":
      return unionReader(def.options, inside);
    default:
      return null;
  }
}

function arrayReader(element: DatesReader | null): DatesReader | null {
  return element && ((value) => (Array.isArray(value) ? value.map(element) : value));
}

function objectReader(shape: Readonly<Record<string, Schema>>, within: readonly Schema[]): DatesReader | null {
  const readers = Object.entries(shape).flatMap(([name, field]): [string, DatesReader][] => {
    const reader = datesReader(field, within);
    return reader === null ? [] : [[name, reader]];
  });
  if (readers.length === 0) return null;
  return (value) => {
    if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
    const copy: Record<string, unknown> = { ...value };
    for (const [name, read] of readers) if (Object.hasOwn(copy, name)) copy[name] = read(copy[name]);
    return copy;
  };
}

function unionReader(options: readonly Schema[], within: readonly Schema[]): DatesReader | null {
  const readers = options.map((option) => ({ option: option as z.ZodType, read: datesReader(option, within) }));
  if (readers.every(({ read }) => read === null)) return null;
  return (value) => {
    for (const { option, read } of readers) {
      const candidate = read === null ? value : read(value);
      if (option.safeParse(candidate).success) return candidate;
    }
    return value;
  };
}
