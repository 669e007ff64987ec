import { compileRegex, RegexWorkError } from "../linear-regex.ts";
import { excerpt, inconclusive, judged, noExpectedOutput, referenceOf, type Finding } from "./outcome.ts";
import type { ParametersOf, ScoreInput } from "./schema.ts";

/**
 * The form texts are compared in: Unicode NFC, so that é is one letter however it was typed, and without case where
 * asked (lower then upper, so that ß equals SS and a final ς equals σ).
 */
export function comparable(text: string, ignoreCase: boolean): string {
  const composed = text.normalize("NFC");
  return ignoreCase ? composed.toLowerCase().toUpperCase() : composed;
}

/** Passes where the answer is the reference, character by character. */
export function scoreExactMatch(parameters: ParametersOf<"exact_match">, input: ScoreInput): Finding {
  const reference = referenceOf(parameters, input);
  if (reference === null) return inconclusive(noExpectedOutput);
  const form = (text: string): string => comparable(parameters.trim ? text.trim() : text, parameters.ignore_case);
  const same = form(input.output) === form(reference);
  if (same) return judged(true, "The answer is the expected text", 1);
  return judged(false, `The answer is ${excerpt(input.output)}, expected ${excerpt(reference)}`, 0);
}

/** Passes where any, or all, of the phrases are in the answer. */
export function scoreContains(parameters: ParametersOf<"contains">, input: ScoreInput): Finding {
  const { found, missing } = splitPhrases(parameters, input.output);
  const passed = parameters.mode === "all" ? missing.length === 0 : found.length > 0;
  const value = found.length / parameters.phrases.length;
  if (passed) return judged(true, `The answer contains ${listed(found)}`, value);
  const lacks = parameters.mode === "all" ? listed(missing) : `any of ${listed(missing)}`;
  return judged(false, `The answer does not contain ${lacks}`, value);
}

/** Fails where any (`mode: any`) of the phrases is in the answer, or only where all of them are (`mode: all`). */
export function scoreNotContains(parameters: ParametersOf<"not_contains">, input: ScoreInput): Finding {
  const { found, missing } = splitPhrases(parameters, input.output);
  const passed = parameters.mode === "any" ? found.length === 0 : missing.length > 0;
  const value = missing.length / parameters.phrases.length;
  if (!passed) return judged(false, `The answer contains ${listed(found)}`, value);
  return judged(true, `The answer does not contain ${listed(missing)}`, value);
}

function splitPhrases(
  parameters: { phrases: string[]; ignore_case: boolean },
  output: string,
): { found: string[]; missing: string[] } {
  const answer = comparable(output, parameters.ignore_case);
  const found: string[] = [];
  const missing: string[] = [];
  for (const phrase of parameters.phrases)
    (answer.includes(comparable(phrase, parameters.ignore_case)) ? found : missing).push(phrase);
  return { found, missing };
}

function listed(phrases: string[]): string {
  const some = phrases.slice(0, 3).map((phrase) => excerpt(phrase, 60));
  const more = phrases.length - some.length;
  return some.join(", ") + (more > 0 ? ` and ${more} more` : "");
}

/** Passes where the RE2 pattern is found in the answer (where it is not, if `negate`). Linear in the answer. */
export function scoreRegex(parameters: ParametersOf<"regex">, input: ScoreInput): Finding {
  try {
    const found = compileRegex(parameters.pattern, parameters).test(input.output);
    const reason = `The pattern ${excerpt(parameters.pattern)} was ${found ? "found" : "not found"} in the answer`;
    return judged(found !== parameters.negate, reason, found ? 1 : 0);
  } catch (error) {
    if (error instanceof RegexWorkError) return inconclusive("The answer is too long for a pattern this large");
    return inconclusive(error instanceof Error ? error.message : "The pattern cannot be read");
  }
}
