/** A conversation while it is being written. */
import type {
  ConversationPlan,
  ScriptedConversation,
  ScriptedTurn,
  SimulatedConversation,
} from "@rhesis/engine/conversation/schema";

/** How a test speaks to the application. */
export type Manner = "single" | ConversationPlan["type"];

export const emptyTurn: ScriptedTurn = { input: "", expected_output: null, checks: [] };

const emptyScript: ScriptedConversation = { type: "scripted", turns: [emptyTurn, emptyTurn] };

const emptySimulation: SimulatedConversation = {
  type: "simulated",
  goal: "",
  polarity: "reach",
  instructions: null,
  restrictions: null,
  scenario: null,
  min_turns: null,
  max_turns: 10,
};

export function emptyConversation(type: ConversationPlan["type"]): ConversationPlan {
  return type === "scripted" ? emptyScript : emptySimulation;
}

export function mannerOf(conversation: ConversationPlan | null): Manner {
  return conversation?.type ?? "single";
}

/** Reads the message at a place of the conversation: `turns.0.input`. */
export type ProblemAt = (place: string) => string | undefined;

/** An optional text as the contract has it: null where there is none. */
export function textOrNull(text: string): string | null {
  return text.trim() === "" ? null : text;
}
