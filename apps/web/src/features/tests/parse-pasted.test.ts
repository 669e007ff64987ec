import { expect, test } from "vitest";
import { inParts, parsePasted } from "./parse-pasted.ts";

const bare = { expected_output: null, requirement: null, topic: null, category: null };

test("one input per line, empty lines aside", () => {
  expect(parsePasted("Is theft covered?\r\n\r\n  When do I pay, and how?  \n")).toEqual({
    rows: [
      { ...bare, input: "Is theft covered?" },
      { ...bare, input: "When do I pay, and how?" },
    ],
    columns: null,
    problems: [],
  });
});

test("a table with a header, quotes, separators and line breaks inside values", () => {
  const { rows, columns, problems } = parsePasted(
    '\uFEFFInput,Expected output,Topic\n"Say ""hi"", please",Hi,Greeting\n"Two\nlines",,\n',
  );
  expect(columns).toEqual(["input", "expected_output", "topic"]);
  expect(rows).toEqual([
    { ...bare, input: 'Say "hi", please', expected_output: "Hi", topic: "Greeting" },
    { ...bare, input: "Two\nlines" },
  ]);
  expect(problems).toEqual([]);
});

test.each([
  ["\t", "question\tanswer"],
  [";", "prompt;expected"],
])("the separator %j is found in the header", (separator, header) => {
  expect(parsePasted(`${header}\nA, b${separator}C`).rows).toEqual([{ ...bare, input: "A, b", expected_output: "C" }]);
});

test("a line with commas that names no columns is an input like any other", () => {
  expect(parsePasted("Hello, is my input covered?").rows).toEqual([{ ...bare, input: "Hello, is my input covered?" }]);
});

test("what cannot be used is named by its line", () => {
  const { rows, problems } = parsePasted('input,expected,color\nA,B,red\n,"only\nexpected",\nC,D,blue');
  expect(rows.map((row) => row.input)).toEqual(["A", "C"]);
  expect(problems).toEqual([
    { line: 1, message: "The column “color” is not used" },
    { line: 3, message: "The input is empty" },
  ]);
});

test("a quote that is never closed takes the rest as one value and loses nothing silently", () => {
  expect(parsePasted('input,expected\n"A,B\nC,D').rows).toEqual([{ ...bare, input: "A,B\nC,D" }]);
});

test("inputs that are too long are refused before they are sent", () => {
  expect(parsePasted(`${"x".repeat(100_001)}\nok`)).toMatchObject({
    rows: [{ input: "ok" }],
    problems: [{ line: 1 }],
  });
});

test("parts", () => expect(inParts([1, 2, 3, 4, 5], 2)).toEqual([[1, 2], [3, 4], [5]]));
