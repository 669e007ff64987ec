import { expect, test } from "vitest";
import type { ScoreVerdict } from "./schema.ts";
import { resultVerdict } from "./verdict.ts";

test.each<[ScoreVerdict[], string]>([
  [[], "inconclusive"],
  [["pass"], "pass"],
  [["pass", "pass"], "pass"],
  [["pass", "inconclusive"], "inconclusive"],
  [["inconclusive", "fail", "pass"], "fail"],
  [["fail", "pass"], "fail"],
])("scores %j give %s", (verdicts, expected) => {
  expect(resultVerdict(verdicts.map((verdict) => ({ verdict })))).toBe(expected);
});
