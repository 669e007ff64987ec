import { failureOf } from "../../api/problems.ts";

/** Why nothing could be proposed: the word on what was pasted, where there is one. */
export function proposalProblem(error: unknown): string {
  const { message, problems } = failureOf(error);
  return problems[0]?.message ?? message;
}
