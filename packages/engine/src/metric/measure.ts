import { inconclusive, judged, shown, type Finding } from "./outcome.ts";
import { numbersIn } from "./numbers.ts";
import type { ParametersOf, ScoreInput } from "./schema.ts";

/** Longest answer searched for numbers, in UTF-16 characters. */
const longestSearched = 1_048_576;

/**
 * Passes where the number of the answer that is nearest to the reference is within `absolute + relative * |reference|`
 * of it. Numbers are found in free text as `numbersIn` says.
 */
export function scoreNumericTolerance(parameters: ParametersOf<"numeric_tolerance">, input: ScoreInput): Finding {
  const reference = parameters.reference ?? onlyNumber(input.expected_output);
  if (typeof reference === "string") return inconclusive(reference);
  if (input.output.length > longestSearched) return inconclusive("The answer is too long to look for numbers in");
  const found = numbersIn(input.output);
  if (found.length === 0) return judged(false, `The answer holds no number; expected ${reference}`);
  const nearest = found.reduce((best, value) =>
    Math.abs(value - reference) < Math.abs(best - reference) ? value : best,
  );
  const allowed = parameters.absolute + parameters.relative * Math.abs(reference);
  const difference = Math.abs(nearest - reference);
  // 10.3 - 10.2 is more than 0.1 in binary: a few units in the last place are not a difference.
  const rounding = 4 * Number.EPSILON * Math.max(Math.abs(nearest), Math.abs(reference));
  const passed = difference <= allowed + rounding;
  const reason = `The answer says ${nearest}; ${reference} was expected, with a tolerance of ${shown(allowed)}`;
  return judged(passed, reason, nearest);
}

function onlyNumber(expected: string | null): number | string {
  if (expected === null) return "The test has no expected output to take a number from, and the metric has none";
  const [first, ...others] = numbersIn(expected.slice(0, longestSearched));
  if (first === undefined) return "The expected output holds no number";
  if (others.length === 0) return first;
  return "The expected output holds several numbers. Leave only the one that counts, or give it in the metric.";
}

/** Passes where the length lies within the bounds, ends included. Code points, or words between white space. */
export function scoreLength(parameters: ParametersOf<"length">, input: ScoreInput): Finding {
  const length = parameters.unit === "words" ? countWords(input.output) : countCharacters(input.output);
  const unit = length === 1 ? parameters.unit.slice(0, -1) : parameters.unit;
  const says = `The answer has ${length} ${unit}`;
  if (parameters.min !== null && length < parameters.min)
    return judged(false, `${says}, fewer than the required ${parameters.min}`, length);
  if (parameters.max !== null && length > parameters.max)
    return judged(false, `${says}, more than the allowed ${parameters.max}`, length);
  return judged(true, `${says}, as required`, length);
}

function countCharacters(text: string): number {
  let count = 0;
  for (const _ of text) count += 1;
  return count;
}

function countWords(text: string): number {
  let count = 0;
  for (const _ of text.matchAll(/\S+/g)) count += 1;
  return count;
}

/** Passes where the call took at most `max_ms`. */
export function scoreLatency(parameters: ParametersOf<"latency">, input: ScoreInput): Finding {
  if (input.latency_ms === null)
    return inconclusive("The answer was not produced by a call, so it has no response time");
  const passed = input.latency_ms <= parameters.max_ms;
  const took = `The answer took ${Math.round(input.latency_ms)} ms`;
  return judged(passed, `${took}; at most ${parameters.max_ms} ms are allowed`, input.latency_ms);
}
