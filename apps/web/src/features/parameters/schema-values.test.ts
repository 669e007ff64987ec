import { describe, expect, test } from "vitest";
import { parameterFields, type ParameterField } from "@rhesis/engine/parameters/schema";
import { valueText, wordsOf } from "./parameter-words.ts";
import { draftsOf, fieldInputs, newField, withType } from "./schema-values.ts";

const common = { description: "", required: false };
const fields: ParameterField[] = [
  { ...common, name: "greeting", type: "string", default: "Hello" },
  { ...common, name: "prompt", type: "text", default: null },
  { ...common, name: "turns", type: "integer", default: 0 },
  { ...common, name: "creativity", type: "number", default: 0.5 },
  { ...common, name: "formal", type: "boolean", default: false },
  { ...common, name: "size", type: "enum", options: ["s", "m"], default: "m" },
  { ...common, name: "llm", type: "model_ref", default: null },
];

test("what the form sends is what it was given", () => {
  expect(parameterFields.parse(fieldInputs(draftsOf(fields)))).toEqual(fields);
});

test("a new parameter lacks nothing but a name, and an option that was left empty is none", () => {
  const problems = (draft: object) => {
    const parsed = parameterFields.safeParse(fieldInputs([{ ...newField("k"), ...draft }]));
    return parsed.success ? [] : parsed.error.issues.map(({ path }) => path.join("."));
  };
  expect(problems({})).toEqual(["0.name"]);
  expect(problems({ name: " tone " })).toEqual([]);
  expect(problems({ name: "size", type: "enum", default: null, options: ["s", "", " m "] })).toEqual([]);
  expect(problems({ name: "size", type: "enum", default: null, options: [""] })).toEqual(["0.options"]);
  expect(problems({ name: "turns", type: "integer", default: "-" })).toEqual(["0.default"]);
});

test.each([
  ["string", "Hello", "text", "Hello"],
  ["text", "two\nlines", "string", ""],
  ["integer", 3, "number", 3],
  ["number", 0.5, "integer", ""],
  ["number", 0.5, "string", "0.5"],
  ["string", "m", "enum", "m"],
  ["string", "xl", "enum", null],
  ["boolean", true, "string", ""],
  ["string", "yes", "boolean", null],
  ["string", "", "model_ref", null],
] as const)("a %s of %j that becomes a %s has the default %j", (type, value, next, expected) => {
  const draft = { ...newField("k"), name: "tone", type, default: value, options: ["s", "m"] };
  expect(withType(draft, next)).toMatchObject({ type: next, default: expected, options: ["s", "m"] });
});

describe("in words", () => {
  test("a name is read as words", () => expect(wordsOf("system_prompt_2")).toBe("System prompt 2"));

  test("a value is read as a person would say it", () => {
    const models = new Map([["m1", "Small"]]);
    expect([true, false, 0, "", "x", null, undefined].map((value) => valueText(value))).toEqual([
      "Yes",
      "No",
      "0",
      "(empty)",
      "x",
      "–",
      "–",
    ]);
    expect(valueText("m1", "model_ref", models)).toBe("Small");
    expect(valueText("m2", "model_ref", models)).toBe("A model that is not there");
  });
});
