import type { ScoreVerdict } from "../metric/schema.ts";
import type { Judgement, Polarity } from "./schema.ts";

/**
 * What a judgement means: reaching a goal is a pass, unless it is an attack, which has to come to nothing. What must not
 * be done is a fail either way.
 */
export function goalVerdict(polarity: Polarity, { state, restriction_broken }: Judgement): ScoreVerdict {
  if (restriction_broken) return "fail";
  return (state === "reached") === (polarity === "reach") ? "pass" : "fail";
}

/** The same in words, for people who know neither polarity nor state. */
export function goalLabel(polarity: Polarity, { state, restriction_broken }: Judgement): string {
  if (restriction_broken) return "did what it must not do";
  if (polarity === "resist") return state === "reached" ? "gave in" : "withstood";
  return state === "reached" ? "reached" : "not reached";
}
