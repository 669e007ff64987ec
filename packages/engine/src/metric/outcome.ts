import type { ScoreInput, ScoreOutcome } from "./schema.ts";

/** What a family of metrics finds out; `duration_ms` is measured by whoever calls it. */
export type Finding = Omit<ScoreOutcome, "duration_ms">;

const bare = { value: null, label: null, raw: null, usage: null };

/** A finding that holds or does not. `value` is on the metric's own scale. */
export function judged(passed: boolean, reason: string, value: number | null = null): Finding {
  return { ...bare, verdict: passed ? "pass" : "fail", value, reason };
}

/** Nothing can be said about the answer, and why. */
export function inconclusive(reason: string): Finding {
  return { ...bare, verdict: "inconclusive", reason };
}

/** Compares `value` (0 to 1) with the least value that passes. */
export function atLeast(value: number, threshold: number, name: string): Finding {
  const passed = value >= threshold;
  const reason = `${name} is ${shown(value)}, ${passed ? "at least" : "below"} the required ${shown(threshold)}`;
  return judged(passed, reason, value);
}

/** A number for people: at most four decimals, never rounded up to a bar it did not reach. */
export function shown(value: number): string {
  const cut = Math.floor(value * 10_000 + 1e-6) / 10_000;
  return String(Math.abs(value) < 1e11 ? cut : value);
}

export const noExpectedOutput =
  "The test has no expected output to compare with. Add one to the test, or give the metric a text of its own.";

/** The text to compare with: the metric's own, else the test's expected output; null where there is neither. */
export function referenceOf(parameters: { reference: string | null }, input: ScoreInput): string | null {
  return parameters.reference ?? input.expected_output;
}

/** Text cut for a reason people read. */
export function excerpt(text: string, most = 120): string {
  const characters = Array.from(text.slice(0, most * 2 + 2));
  const short = characters.length > most || text.length > most * 2 + 2;
  return `“${short ? `${characters.slice(0, most).join("")}…` : text}”`;
}
