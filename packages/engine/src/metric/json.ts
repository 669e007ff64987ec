import { isDeepStrictEqual } from "node:util";
import { findAll } from "../json-path.ts";
import type { Json } from "../target/schema.ts";
import { schemaViolations } from "./json-schema.ts";
import { excerpt, inconclusive, judged, type Finding } from "./outcome.ts";
import type { ParametersOf, ScoreInput } from "./schema.ts";

/** Longest answer read as JSON, in UTF-16 characters. */
const longestJson = 4_194_304;

/** Passes where the whole answer is JSON; white space around it is ignored, a Markdown code block is not JSON. */
export function scoreJsonValid(input: ScoreInput): Finding {
  const parsed = parse(input.output);
  return "fault" in parsed ? judged(false, parsed.fault, 0) : judged(true, "The answer is valid JSON", 1);
}

/** Passes where the answer is JSON that meets the schema (draft 2020-12, formats checked). */
export function scoreJsonSchema(parameters: ParametersOf<"json_schema">, input: ScoreInput): Finding {
  const parsed = parse(input.output);
  if ("fault" in parsed) return judged(false, parsed.fault, 0);
  try {
    const violations = schemaViolations(parameters.schema, parsed.value);
    if (violations.length === 0) return judged(true, "The answer meets the JSON Schema", 1);
    return judged(false, violations.slice(0, 3).join("; "), 0);
  } catch (error) {
    return inconclusive(message(error, "The answer is nested too deeply to be checked"));
  }
}

/** Passes where the JSONPath finds at least one value and every value it finds equals `expected`, key order aside. */
export function scoreJsonPathEquals(parameters: ParametersOf<"json_path_equals">, input: ScoreInput): Finding {
  const parsed = parse(input.output);
  if ("fault" in parsed) return judged(false, parsed.fault, 0);
  try {
    const found = findAll(parameters.path, parsed.value);
    if (found.length === 0) return judged(false, `Nothing was found at ${parameters.path}`, 0);
    const other = found.find((value) => !isDeepStrictEqual(value, parameters.expected));
    if (other === undefined) return judged(true, `The value at ${parameters.path} is as expected`, 1);
    const values = `${quoted(other)}, expected ${quoted(parameters.expected)}`;
    return judged(false, `The value at ${parameters.path} is ${values}`, 0);
  } catch (error) {
    return inconclusive(message(error, "The answer is nested too deeply to be searched"));
  }
}

function parse(output: string): { value: Json } | { fault: string } {
  if (output.trim() === "") return { fault: "The answer is empty, which is not JSON" };
  if (output.length > longestJson) return { fault: "The answer is too long to be read as JSON" };
  try {
    return { value: JSON.parse(output) as Json };
  } catch {
    if (/^\s*```/.test(output)) return { fault: "The answer is wrapped in a Markdown code block; bare JSON is needed" };
    return { fault: `The answer is not valid JSON: ${excerpt(output, 60)}` };
  }
}

function quoted(value: Json): string {
  return excerpt(JSON.stringify(value), 60);
}

function message(error: unknown, ifTooDeep: string): string {
  return error instanceof RangeError || !(error instanceof Error) ? ifTooDeep : error.message;
}
