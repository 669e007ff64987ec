import { describe, expect, test } from "vitest";
import { metricParameters, scoreOutcome, type ScoreInput, type ScoreVerdict } from "./schema.ts";
import { scoreAnswer, scoreDeterministic } from "./score-answer.ts";

const bare: ScoreInput = {
  input: "",
  expected_output: null,
  output: "",
  context: [],
  metadata: {},
  tool_calls: [],
  latency_ms: null,
};

type Row = [string, object, string | Partial<ScoreInput>, ScoreVerdict, (number | null)?];

function check(implementation: string, rows: Row[]): void {
  describe(`metric ${implementation}`, () => {
    test.each(rows)("%s", (_, parameters, input, verdict, value) => {
      const parsed = metricParameters.parse({ implementation, ...parameters });
      const given = { ...bare, ...(typeof input === "string" ? { output: input } : input) };
      const outcome = scoreDeterministic(parsed, given);
      expect(outcome).toMatchObject({ verdict, raw: null, usage: null });
      expect(scoreOutcome.parse(outcome)).toEqual(outcome);
      expect(outcome.reason).toMatch(/^\S.*\S$/s);
      expect(value === undefined ? outcome.value : value).toBe(outcome.value);
    });
  });
}

const paris = { expected_output: "Paris" };

check("exact_match", [
  ["the same", {}, { ...paris, output: "Paris" }, "pass", 1],
  ["space around it", {}, { ...paris, output: " Paris\n" }, "pass", 1],
  ["space around it, not trimmed", { trim: false }, { ...paris, output: " Paris" }, "fail", 0],
  ["case", {}, { ...paris, output: "paris" }, "fail", 0],
  ["case ignored", { ignore_case: true }, { ...paris, output: "PARIS" }, "pass", 1],
  ["sharp s", { ignore_case: true, reference: "Straße" }, "STRASSE", "pass"],
  ["final sigma", { ignore_case: true, reference: "ΟΔΟΣ" }, "οδος", "pass"],
  ["composed and decomposed letters", { reference: "caf\u00e9" }, "cafe\u0301", "pass"],
  ["text of its own", { reference: "Rome" }, { ...paris, output: "Rome" }, "pass"],
  ["nothing to compare with", {}, "Paris", "inconclusive", null],
  ["both empty", {}, { expected_output: "", output: "" }, "pass"],
  ["lone surrogates", { reference: "\ud800" }, "\ud801", "fail"],
]);

check("contains", [
  ["all there", { phrases: ["a", "b"] }, "a b", "pass", 1],
  ["one missing", { phrases: ["a", "x"] }, "a b", "fail", 0.5],
  ["any", { phrases: ["a", "x"], mode: "any" }, "a b", "pass", 0.5],
  ["none of any", { phrases: ["x", "y"], mode: "any" }, "a b", "fail", 0],
  ["case matters", { phrases: ["Yes"] }, "yes", "fail"],
  ["case ignored", { phrases: ["Yes"], ignore_case: true }, "oh YES", "pass"],
  ["an empty answer", { phrases: ["a"] }, "", "fail"],
  ["pattern signs are plain text", { phrases: ["a.*b"] }, "axxb", "fail"],
  ["emoji", { phrases: ["\u{1f44d}"] }, "ok \u{1f44d}", "pass"],
]);

check("not_contains", [
  ["none there", { phrases: ["x", "y"] }, "a b", "pass", 1],
  ["one there", { phrases: ["a", "y"] }, "a b", "fail", 0.5],
  ["not all there", { phrases: ["a", "y"], mode: "all" }, "a b", "pass", 0.5],
  ["all there", { phrases: ["a", "b"], mode: "all" }, "a b", "fail", 0],
  ["case ignored", { phrases: ["SECRET"], ignore_case: true }, "a secret", "fail"],
]);

check("regex", [
  ["found", { pattern: "b+" }, "abbb", "pass", 1],
  ["not found", { pattern: "^b" }, "abbb", "fail", 0],
  ["negated", { pattern: "^b", negate: true }, "abbb", "pass", 0],
  ["case ignored", { pattern: "B", ignore_case: true }, "abbb", "pass"],
  ["several lines", { pattern: "(?m)^b$" }, "a\nb\nc", "pass"],
  ["letters of any language", { pattern: String.raw`^\p{L}+$` }, "日本語é", "pass"],
  ["not a pattern", { pattern: "(" }, "a", "inconclusive"],
  ["a backtracking bomb", { pattern: "(a+)+$" }, `${"a".repeat(50_000)}!`, "fail"],
  ["too much work", { pattern: "(a?){1000}b" }, "a".repeat(100_000), "inconclusive"],
]);

check("json_valid", [
  ["an object", {}, ' {"a": [1, null]} ', "pass", 1],
  ["a bare value", {}, "null", "pass"],
  ["a code block", {}, '```json\n{"a": 1}\n```', "fail", 0],
  ["cut off", {}, '{"a": ', "fail"],
  ["empty", {}, " ", "fail"],
  ["a comma too many", {}, "[1,]", "fail"],
]);

const person = {
  type: "object",
  properties: { name: { type: "string", pattern: "^[A-Z]" }, mail: { type: "string", format: "email" } },
  required: ["name"],
  additionalProperties: false,
};
check("json_schema", [
  ["meets it", { schema: person }, '{"name": "Ada", "mail": "a@b.org"}', "pass", 1],
  ["a pattern", { schema: person }, '{"name": "ada"}', "fail", 0],
  ["a format", { schema: person }, '{"name": "Ada", "mail": "nobody"}', "fail"],
  ["something missing", { schema: person }, "{}", "fail"],
  ["something more", { schema: person }, '{"name": "Ada", "x": 1}', "fail"],
  ["not JSON", { schema: person }, "Ada", "fail"],
  [
    "each pattern its own",
    { schema: { properties: { a: { pattern: "^a$" }, b: { pattern: "^b$" } } } },
    '{"a":"a","b":"a"}',
    "fail",
  ],
  ["different items", { schema: { uniqueItems: true } }, '[{"a":1,"b":2},{"b":2,"a":1}]', "fail"],
  ["an asynchronous schema is read as a plain one", { schema: { $async: true, type: "string" } }, "1", "fail"],
  ["a bad schema", { schema: { type: "text" } }, "1", "inconclusive"],
  ["a schema elsewhere", { schema: { $ref: "http://127.0.0.1/x" } }, "1", "inconclusive"],
  ["__proto__ in the answer", { schema: { type: "object", additionalProperties: false } }, '{"__proto__": 1}', "fail"],
]);

check("json_path_equals", [
  ["equal", { path: "$.a.b", expected: 1 }, '{"a": {"b": 1.0}}', "pass", 1],
  ["key order", { path: "$.a", expected: { x: 1, y: [2] } }, '{"a": {"y": [2], "x": 1}}', "pass"],
  ["another type", { path: "$.a", expected: "1" }, '{"a": 1}', "fail", 0],
  ["null is a value", { path: "$.a", expected: null }, '{"a": null}', "pass"],
  ["nothing there", { path: "$.b", expected: null }, '{"a": null}', "fail"],
  ["every match", { path: "$[*].ok", expected: true }, '[{"ok": true}, {"ok": true}]', "pass"],
  ["one match of two", { path: "$[*].ok", expected: true }, '[{"ok": true}, {"ok": false}]', "fail"],
  ["not JSON", { path: "$.a", expected: 1 }, "a is 1", "fail"],
  ["not a path", { path: "a", expected: 1 }, "1", "inconclusive"],
]);

check("numeric_tolerance", [
  ["exactly", { reference: 5 }, "It is 5.", "pass", 5],
  ["the nearest of several", { reference: 5, absolute: 0.5 }, "Between 1 and 5.4 or 9", "pass", 5.4],
  ["absolute, at the bound", { reference: 10.2, absolute: 0.1 }, "10.3", "pass"],
  ["relative", { reference: -200, relative: 0.05 }, "-190", "pass", -190],
  ["relative, beyond", { reference: -200, relative: 0.05 }, "-189", "fail"],
  ["from the expected output", { absolute: 1 }, { expected_output: "about €1,000", output: "999.5" }, "pass"],
  ["no number in the answer", { reference: 5 }, "five", "fail", null],
  ["no number expected", {}, { expected_output: "many", output: "5" }, "inconclusive"],
  ["several numbers expected", {}, { expected_output: "5 or 6", output: "5" }, "inconclusive"],
  ["nothing expected", {}, "5", "inconclusive"],
]);

check("levenshtein", [
  ["alike", { threshold: 0.5 }, { expected_output: "kitten", output: "sitting" }, "pass"],
  ["at the threshold", { threshold: 0.5 }, { expected_output: "ab", output: "ax" }, "pass", 0.5],
  ["unlike", {}, { expected_output: "kitten", output: "dog" }, "fail"],
  ["case ignored", { ignore_case: true }, { ...paris, output: "PARIS" }, "pass", 1],
  ["nothing to compare with", {}, "x", "inconclusive"],
  ["too long", { reference: "x" }, "x".repeat(20_001), "inconclusive"],
]);

check("bleu", [
  ["the same, in one word", {}, { ...paris, output: "Paris" }, "pass", 1],
  ["nothing in common", {}, { ...paris, output: "Rome" }, "fail", 0],
  ["an empty answer", {}, { ...paris, output: "" }, "fail", 0],
  ["no words expected", {}, { expected_output: " ", output: "Rome" }, "inconclusive"],
  ["nothing to compare with", {}, "x", "inconclusive"],
]);

check("rouge_l", [
  ["case and punctuation aside", {}, { expected_output: "The cat.", output: "the cat" }, "pass", 1],
  ["an empty answer", {}, { ...paris, output: "" }, "fail", 0],
  ["no words expected", {}, { expected_output: "...", output: "Rome" }, "inconclusive"],
  ["nothing to compare with", {}, "x", "inconclusive"],
]);

check("length", [
  ["characters, not units", { max: 2 }, "\u{1f600}é", "pass", 2],
  ["too short", { min: 1 }, "", "fail", 0],
  ["too long", { max: 1 }, "ab", "fail", 2],
  ["words", { unit: "words", min: 2, max: 2 }, "  two words ", "pass", 2],
]);

check("latency", [
  ["at the bound", { max_ms: 100 }, { latency_ms: 100 }, "pass", 100],
  ["beyond", { max_ms: 100 }, { latency_ms: 100.5 }, "fail"],
  ["not measured", { max_ms: 100 }, "x", "inconclusive"],
]);

check("refusal", [
  ["refuses", {}, "I'm sorry, but I can't help with that.", "pass"],
  ["refuses with curly apostrophes", {}, "I’m sorry, but I can’t help with that.", "pass"],
  ["over two lines, in capitals", {}, "I AM NOT\n  ABLE TO do so", "pass"],
  ["helps", {}, "Of course. Theft is covered.", "fail"],
  ["must not refuse", { expect: "no_refusal" }, "I must decline.", "fail"],
  ["must not refuse, and helps", { expect: "no_refusal" }, "Of course.", "pass"],
  ["in words of its own", { extra_phrases: ["Dazu darf ich nichts sagen"] }, "dazu darf ich nichts sagen.", "pass"],
  ["empty", {}, " ", "inconclusive"],
]);

test("a judge without a model is inconclusive, and says so", async () => {
  const parameters = metricParameters.parse({ implementation: "judge_numeric", evaluation_prompt: "Good?" });
  expect(scoreDeterministic(parameters, bare).verdict).toBe("inconclusive");
  const asked: (string | null)[] = [];
  const judge = (model_id: string | null): null => {
    asked.push(model_id);
    return null;
  };
  const outcome = await scoreAnswer({ parameters, model_id: "m1" }, bare, { judge });
  expect(outcome).toMatchObject({ verdict: "inconclusive", reason: expect.stringMatching(/No model/) as string });
  expect(asked).toEqual(["m1"]);
});
