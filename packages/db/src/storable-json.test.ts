import { expect, test } from "vitest";
import { storableJson } from "./storable-json.ts";

const read = (value: unknown): unknown => JSON.parse(storableJson(value));

test("replaces U+0000 and lone surrogates, also beside each other and in keys", () => {
  expect(read(["a\u0000\u0000b", "\ud800x", "y\udfff", { "k\u0000": 1 }])).toEqual([
    "a\ufffd\ufffdb",
    "\ufffdx",
    "y\ufffd",
    { "k\ufffd": 1 },
  ]);
});

test("leaves everything else alone, also what only looks like an escape", () => {
  const value = ["\\u0000", "\\\\u0000", "\\ud800", "\u{1f600}", 'a"\\b\n', "\u2028", null, 1.5];
  expect(read(value)).toEqual(value);
  expect(read([...value, "\u0000"])).toEqual([...value, "\ufffd"]);
});
