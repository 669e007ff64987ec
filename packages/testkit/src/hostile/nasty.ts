/** Values that break programs, and what a program that broke gives away. */
import { randomUUID } from "node:crypto";
import { defOf, unwrap } from "@rhesis/api/rest/read-strings";
import type { z } from "zod";

function nested(levels: number, leaf: unknown): unknown {
  let value = leaf;
  for (let level = 0; level < levels; level++) value = level % 2 === 0 ? [value] : { a: value };
  return value;
}

function cursor(...parts: unknown[]): string {
  return Buffer.from(JSON.stringify(parts)).toString("base64url");
}

const id = randomUUID();

/** Each is JSON. */
export const nasty: readonly unknown[] = [
  null,
  true,
  0,
  -1,
  1.5,
  1e308,
  2 ** 31,
  2 ** 53 - 1,
  -(2 ** 53) + 1,
  "",
  " ",
  "\u0000",
  "a\u0000b",
  "\ufffe\u202e\u200b",
  "'; drop table test; --",
  "%_\\",
  "\\",
  "../../etc/passwd",
  "a\r\nX-Injected: 1",
  "{{ input }}{{ 1/0 }}",
  "{% for i in range(1000000000) %}{{ i }}{% endfor %}",
  "$..[?(@.a)]",
  "(a+)+$",
  "[",
  "x".repeat(200_001),
  "00000000-0000-0000-0000-000000000000",
  "ffffffff-ffff-ffff-ffff-ffffffffffff",
  id,
  "-".repeat(36),
  "2026-02-31T25:61:61Z",
  cursor(null, "-".repeat(36)),
  cursor("\u0000", id),
  cursor(1e300, id),
  cursor(2 ** 31, id),
  cursor("abc", id),
  cursor(null, id),
  cursor([], {}),
  [],
  {},
  [[]],
  [null],
  Array.from({ length: 2000 }, () => id),
  JSON.parse('{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}}}'),
  { "": "", "a.b": { "\\": 1 }, toString: 1, toJSON: "x", length: -1 },
  nested(60, "x"),
  nested(60, {}),
];

/** The names of all fields of an object schema. */
export function fieldsOf(schema: z.core.$ZodType): string[] {
  const def = defOf(unwrap(schema));
  return def.type === "object" ? Object.keys(def.shape) : [];
}

/** Text that only the inside of the program has. */
export const inside =
  /node_modules|file:\/\/|\.ts:\d|\n\s+at |Maximum call stack|syntax for type|violates|relation "|column "|pg_|rhesis_app|ECONN|\[object|Cannot read/;
