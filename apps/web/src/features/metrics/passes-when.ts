/** What a metric lets pass, in one plain sentence. */
import type { MetricParameters, ParametersOf } from "@rhesis/engine/metric/schema";

const shownPhrases = 3;
const shownLength = 60;

function quoted(text: string): string {
  const cut = text.length > shownLength ? `${text.slice(0, shownLength).trimEnd()}…` : text;
  return `“${cut}”`;
}

function list(phrases: readonly string[], conjunction: "and" | "or"): string {
  const shown = phrases.slice(0, shownPhrases).map(quoted);
  const rest = phrases.length - shown.length;
  if (rest > 0) shown.push(`${rest} more`);
  if (shown.length < 2) return shown.join("");
  return `${shown.slice(0, -1).join(", ")} ${conjunction} ${shown.at(-1)}`;
}

function caseNote(ignoreCase: boolean): string {
  return ignoreCase ? ", in upper or lower case" : "";
}

function expectedText(reference: string | null): string {
  return reference === null ? "the expected output of the test" : quoted(reference);
}

/** Milliseconds as people say them: 800 ms, 2 seconds, 1.5 minutes. */
export function spokenTime(ms: number): string {
  if (ms < 1000) return `${ms} ms`;
  const [amount, unit] = ms < 60_000 ? [ms / 1000, "second"] : [ms / 60_000, "minute"];
  const rounded = Math.round(amount * 100) / 100;
  return `${rounded} ${unit}${rounded === 1 ? "" : "s"}`;
}

function lengthSentence({ unit, min, max }: ParametersOf<"length">): string {
  if (min !== null && max !== null) return `it has between ${min} and ${max} ${unit}`;
  if (max !== null) return `it has at most ${max} ${unit}`;
  return min === null ? "its length is within bounds" : `it has at least ${min} ${unit}`;
}

function toleranceSentence({ reference, absolute, relative }: ParametersOf<"numeric_tolerance">): string {
  const number = reference === null ? "the number in the expected output" : String(reference);
  const bounds: string[] = [];
  if (absolute > 0) bounds.push(String(absolute));
  if (relative > 0) bounds.push(`${Math.round(relative * 10_000) / 100}%`);
  return bounds.length === 0
    ? `it says exactly ${number}`
    : `it says a number within ${bounds.join(" plus ")} of ${number}`;
}

const comparison = { ">=": "at least", ">": "more than", "<=": "at most", "<": "less than" } as const;

function notContainsSentence({ phrases, mode, ignore_case }: ParametersOf<"not_contains">): string {
  if (phrases.length === 1 || mode === "any") {
    return `it does not say ${list(phrases, "or")}${caseNote(ignore_case)}`;
  }
  return `it does not say all of ${list(phrases, "and")}${caseNote(ignore_case)}`;
}

const plainText = /^[\w ,'-]+$/;

/** A pattern of plain words is said; of another, its signs stand where it is written. */
function patternSentence({ pattern, negate, ignore_case }: ParametersOf<"regex">): string {
  if (plainText.test(pattern))
    return `it ${negate ? "does not say" : "says"} ${quoted(pattern)}${caseNote(ignore_case)}`;
  return `${negate ? "no" : "some"} part of it fits your pattern${caseNote(ignore_case)}`;
}

function condition(parameters: MetricParameters): string {
  switch (parameters.implementation) {
    case "exact_match":
      return `it is exactly ${expectedText(parameters.reference)}${caseNote(parameters.ignore_case)}`;
    case "contains":
      return `it says ${list(parameters.phrases, parameters.mode === "all" ? "and" : "or")}${caseNote(parameters.ignore_case)}`;
    case "not_contains":
      return notContainsSentence(parameters);
    case "regex":
      return patternSentence(parameters);
    case "json_valid":
      return "it is valid JSON";
    case "json_schema":
      return "it is JSON with the fields and types of your schema";
    case "json_path_equals":
      return `it is JSON with ${quoted(JSON.stringify(parameters.expected) ?? "null")} at ${parameters.path}`;
    case "numeric_tolerance":
      return toleranceSentence(parameters);
    case "levenshtein":
      return `its spelling is at least ${parameters.threshold} similar to ${expectedText(parameters.reference)}`;
    case "bleu":
      return `its BLEU score against ${expectedText(parameters.reference)} is at least ${parameters.threshold}`;
    case "rouge_l":
      return `its ROUGE-L score against ${expectedText(parameters.reference)} is at least ${parameters.threshold}`;
    case "length":
      return lengthSentence(parameters);
    case "latency":
      return `it comes within ${spokenTime(parameters.max_ms)}`;
    case "refusal":
      return parameters.expect === "refusal" ? "it declines to help" : "it does not decline to help";
    case "judge_numeric":
      return `the judge gives ${comparison[parameters.operator]} ${parameters.threshold} on a scale from ${parameters.min_score} to ${parameters.max_score}`;
    case "judge_categorical":
      return `the judge calls it ${list(parameters.passing_categories, "or")}`;
  }
}

/** A sentence such as “An answer passes when it comes within 2 seconds.” */
export function passesWhen(parameters: MetricParameters): string {
  return `An answer passes when ${condition(parameters)}.`;
}
