import { expect, test } from "vitest";
import { checkParameters } from "./check-parameters.ts";
import { metricParameters } from "./schema.ts";

const good = [
  { implementation: "regex", pattern: String.raw`(?i)\bfoo\b` },
  { implementation: "json_path_equals", path: "$.a[?@.b == 1]", expected: 1 },
  { implementation: "json_schema", schema: { $ref: "#/$defs/a", $defs: { a: { type: "string", pattern: "^a" } } } },
  { implementation: "json_schema", schema: { $schema: "http://json-schema.org/draft-07/schema#", type: "object" } },
  { implementation: "json_schema", schema: {} },
  { implementation: "length", max: 3 },
];

test.each(good)("%j is fine", (parameters) => {
  expect(checkParameters(metricParameters.parse(parameters))).toEqual([]);
});

test.each<[object, string, RegExp]>([
  [{ implementation: "regex", pattern: "(" }, "pattern", /cannot be read: missing closing/],
  [{ implementation: "regex", pattern: "(?=a)b" }, "pattern", /lookaround or a backreference/],
  [{ implementation: "regex", pattern: String.raw`(a)\1` }, "pattern", /lookaround or a backreference/],
  [{ implementation: "regex", pattern: "((a{1000}){1000}){1000}" }, "pattern", /cannot be read/],
  [{ implementation: "json_path_equals", path: "$.a[", expected: 1 }, "path", /JSONPath cannot be read/],
  [{ implementation: "json_path_equals", path: "a.b", expected: 1 }, "path", /JSONPath cannot be read/],
  [{ implementation: "json_schema", schema: { type: "text" } }, "schema", /cannot be used/],
  [{ implementation: "json_schema", schema: { $ref: "https://example.com/schema.json" } }, "schema", /not fetched/],
  [{ implementation: "json_schema", schema: { $ref: "#/$defs/missing" } }, "schema", /outside of itself/],
  [{ implementation: "json_schema", schema: { pattern: "(?<=a)b" } }, "schema", /lookaround/],
  [{ implementation: "json_schema", schema: { title: "x".repeat(70_000) } }, "schema", /too large/],
  [{ implementation: "length" }, "min", /least or a greatest/],
  [{ implementation: "judge_numeric", evaluation_prompt: "x", threshold: 3 }, "threshold", /between/],
])("%j is refused at %s", (parameters, field, message) => {
  const problems = checkParameters(metricParameters.parse(parameters));
  expect(problems).toEqual([{ path: [field], message: expect.stringMatching(message) as string }]);
});
