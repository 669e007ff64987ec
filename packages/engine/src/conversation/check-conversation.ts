import { checkParameters } from "../metric/check-parameters.ts";
import type { ConversationPlan } from "./schema.ts";

/** Every check of a scripted conversation that could never be made, at its place: patterns, paths and schemas included. */
export function checkConversation(conversation: ConversationPlan): { path: (string | number)[]; message: string }[] {
  if (conversation.type !== "scripted") return [];
  return conversation.turns.flatMap(({ checks }, turn) =>
    checks.flatMap((parameters, check) =>
      checkParameters(parameters).map(({ path, message }) => ({
        path: ["turns", turn, "checks", check, ...path],
        message,
      })),
    ),
  );
}
