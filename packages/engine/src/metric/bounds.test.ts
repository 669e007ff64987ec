import { describe, expect, test } from "vitest";
import type { Json } from "../target/schema.ts";
import { metricParameters, type ScoreInput } from "./schema.ts";
import { scoreDeterministic } from "./score-answer.ts";
import { cpuTime } from "@rhesis/testkit/cpu-time";

const mega = 1_000_000;
const answers: Record<string, string> = {
  "one letter": "a".repeat(mega),
  words: "the cat sat ".repeat(mega / 12),
  digits: "1".repeat(mega),
  "groups of digits": "1,234.".repeat(mega / 6),
  spaces: " ".repeat(mega),
  emoji: "\u{1f600}".repeat(mega / 2),
  "lone surrogates": "\ud800".repeat(mega),
  "open brackets": "[".repeat(mega),
  "nested lists": `${"[".repeat(mega / 2)}${"]".repeat(mega / 2)}`,
  "a list": `[${"1,".repeat(mega / 2 - 2)}1]`,
  objects: `[${"{},".repeat(mega / 3 - 2)}{}]`,
  strings: `[${'"aaaaaaaa",'.repeat(90_000)}"a"]`,
};
const metrics: object[] = [
  { implementation: "exact_match", ignore_case: true },
  {
    implementation: "contains",
    phrases: Array.from({ length: 100 }, (_, index) => `phrase ${index}`),
    ignore_case: true,
  },
  { implementation: "not_contains", phrases: ["aaaaaaaab", " b"] },
  { implementation: "regex", pattern: "(a+)+$" },
  { implementation: "regex", pattern: "(.*)*(.*)*x" },
  { implementation: "regex", pattern: String.raw`(\w+\s?)+!` },
  { implementation: "regex", pattern: "[ab]*a[ab]{900}c" },
  { implementation: "json_valid" },
  { implementation: "json_schema", schema: { items: { type: "object", minProperties: 1 }, uniqueItems: true } },
  { implementation: "json_schema", schema: { items: { pattern: "(a+)+$" } } },
  { implementation: "json_path_equals", path: "$..*..*", expected: 1 },
  { implementation: "json_path_equals", path: "$[?search(@, '(a+)+$')]", expected: 1 },
  { implementation: "numeric_tolerance", reference: 7 },
  { implementation: "levenshtein" },
  { implementation: "bleu" },
  { implementation: "rouge_l" },
  { implementation: "length", max: 3 },
  { implementation: "length", unit: "words", max: 3 },
  { implementation: "refusal" },
];

function timed(parameters: object, output: string, expected_output: string): number {
  const input: ScoreInput = {
    input: "",
    expected_output,
    output,
    context: [],
    metadata: {},
    tool_calls: [],
    latency_ms: 1,
  };
  const parsed = metricParameters.parse(parameters);
  const started = cpuTime();
  scoreDeterministic(parsed, input);
  return cpuTime() - started;
}

describe.each(Object.entries(answers))("an answer of a million characters: %s", (_, output) => {
  test.each(metrics)("%j ends within two seconds of CPU", (parameters) => {
    expect(timed(parameters, output, output)).toBeLessThan(2000);
    expect(timed(parameters, output, "expected")).toBeLessThan(2000);
  });
});

test.each([
  ["levenshtein", "ab".repeat(10_000), "ba".repeat(10_000)],
  ["rouge_l", "the cat ".repeat(2500), "cat the sat ".repeat(1666)],
  ["bleu", "the cat ".repeat(25_000), "cat the ".repeat(25_000)],
])("%s at its limit ends within two seconds of CPU", (implementation, output, expected) => {
  expect(timed({ implementation }, output, expected)).toBeLessThan(2000);
});

describe("schemas made to hold a worker", () => {
  const $defs: { [key: string]: Json } = { a40: { type: "integer" } };
  for (let index = 0; index < 40; index += 1)
    $defs[`a${index}`] = { allOf: [{ $ref: `#/$defs/a${index + 1}` }, { $ref: `#/$defs/a${index + 1}` }] };
  const deep = `${"[".repeat(60)}${"]".repeat(60)}`;
  const twice = {
    $ref: "#/$defs/n",
    $defs: { n: { allOf: [{ items: { $ref: "#/$defs/n" } }, { items: { $ref: "#/$defs/n" } }] } },
  };

  test.each([
    ["references that double", { $ref: "#/$defs/a0", $defs }, "1"],
    ["recursion that doubles with depth", twice, deep],
    ["recursion without end", { $ref: "#" }, "1"],
    [
      "hundreds of checks for each item",
      { items: { allOf: Array.from({ length: 500 }, () => ({ type: "integer" })) } },
      answers["a list"] ?? "",
    ],
  ])("%s", (_, schema, output) => {
    const input = {
      input: "",
      expected_output: null,
      output,
      context: [],
      metadata: {},
      tool_calls: [],
      latency_ms: 1,
    };
    const started = cpuTime();
    const outcome = scoreDeterministic(metricParameters.parse({ implementation: "json_schema", schema }), input);
    expect(outcome.verdict).toBe("inconclusive");
    expect(cpuTime() - started).toBeLessThan(2000);
  });
});
