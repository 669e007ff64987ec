import { checkConversation } from "@rhesis/engine/conversation/check-conversation";
import type { ConversationPlan } from "@rhesis/engine/conversation/schema";
import type { FieldProblem } from "@rhesis/telemetry/app-error";

/**
 * What lists, searches and metrics read of a conversation as of any test: how it begins, or its goal; and what the last
 * answer is expected to be.
 */
export function summaryOf(conversation: ConversationPlan): { input: string; expected_output: string | null } {
  if (conversation.type === "simulated") return { input: conversation.goal, expected_output: null };
  const { turns } = conversation;
  return { input: turns[0]?.input ?? "", expected_output: turns.at(-1)?.expected_output ?? null };
}

/** The checks of a conversation that could never be made, at their places. @param path where the test stands */
export function conversationProblems(
  conversation: ConversationPlan | null | undefined,
  path: readonly (string | number)[],
): FieldProblem[] {
  if (conversation === null || conversation === undefined) return [];
  return checkConversation(conversation).map((problem) => ({
    message: problem.message,
    path: [...path, "conversation", ...problem.path],
  }));
}
