import type { ResultVerdict, ScoreVerdict } from "./schema.ts";

/**
 * The verdict of a result whose call gave an answer: fail if any score fails, else inconclusive if any is or if there
 * is none, else pass. A call that failed is an error and never comes here.
 */
export function resultVerdict(scores: readonly { verdict: ScoreVerdict }[]): Exclude<ResultVerdict, "error"> {
  if (scores.some((score) => score.verdict === "fail")) return "fail";
  if (scores.length === 0 || scores.some((score) => score.verdict === "inconclusive")) return "inconclusive";
  return "pass";
}
