/**
 * Path and query strings, read as what a schema expects: numbers, booleans, dates, lists. The schema is looked at, never
 * changed. A string that does not read as expected stays a string, so that validation says what was expected.
 */
import type { z } from "zod";

type Schema = z.core.$ZodType;
type Def = z.core.$ZodTypes["_zod"]["def"];

export type StringsReader = {
  /** Whether the parameter may be given several times. */
  many: boolean;
  read(text: string): unknown;
};

const asText = (text: string): unknown => text;

/** How to read the strings of a parameter with that schema. Made once per parameter. */
export function stringsReader(schema: Schema): StringsReader {
  const inner = unwrap(schema);
  const def = defOf(inner);
  if (def.type === "array") return { many: true, read: oneReader(def.element) };
  return { many: false, read: oneReader(inner) };
}

export function defOf(schema: Schema): Def {
  return (schema as z.core.$ZodTypes)._zod.def;
}

/** The schema without what says whether, not how: optional, nullable, default and their like. */
export function unwrap(schema: Schema): Schema {
  const def = defOf(schema);
  switch (def.type) {
    case "optional":
    case "nullable":
    case "nonoptional":
    case "default":
    case "prefault":
    case "catch":
    case "readonly":
      return unwrap(def.innerType);
    case "pipe":
      return unwrap(def.in);
    case "lazy":
      // The getter may make a new schema each time; what zod keeps is one.
      return unwrap((schema as z.core.$ZodLazy)._zod.innerType);
    default:
      return schema;
  }
}

function oneReader(schema: Schema): (text: string) => unknown {
  const inner = unwrap(schema);
  const def = defOf(inner);
  switch (def.type) {
    case "number":
      return readNumber;
    case "boolean":
      return readBoolean;
    case "bigint":
      return (text) => (/^-?\d+$/.test(text) ? BigInt(text) : text);
    case "date":
      return readDate;
    case "literal":
      return (text) => def.values.find((value) => typeof value !== "string" && String(value) === text) ?? text;
    case "union":
      return unionReader(def.options);
    default:
      return asText;
  }
}

function unionReader(options: readonly Schema[]): (text: string) => unknown {
  const readers = options.map((option) => ({ option: option as z.ZodType, read: oneReader(option) }));
  return (text) => {
    for (const { option, read } of readers) {
      const value = read(text);
      if (option.safeParse(value).success) return value;
    }
    return text;
  };
}

function readNumber(text: string): unknown {
  return /^-?\d+(\.\d+)?(e[+-]?\d+)?$/i.test(text) ? Number(text) : text;
}

function readBoolean(text: string): unknown {
  if (text === "true") return true;
  return text === "false" ? false : text;
}

const instant = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)$/;

/** A date and time with its offset from UTC; what is none stays as it is. */
export function readDate(text: string): unknown {
  if (!instant.test(text)) return text;
  const date = new Date(text);
  return Number.isNaN(date.getTime()) ? text : date;
}
