/** Shapes of a conversation: what is to be said over several turns, and what became of it. zod only, for forms. */
import { z } from "zod";
import { deterministicParameters, scoreVerdicts } from "../metric/schema.ts";

export const testKinds = ["single_turn", "multi_turn"] as const;
export type TestKind = (typeof testKinds)[number];

/** The most turns that a conversation may have. */
export const mostTurns = 50;

/** How an application knows what was said before: it is sent the history, it keeps it under an id, or not at all. */
export const conversationMemories = ["history", "id", "none"] as const;
export type ConversationMemory = (typeof conversationMemories)[number];

const message = z.strictObject({ role: z.enum(["user", "assistant"]), content: z.string().max(100_000) });
export type Message = z.infer<typeof message>;

const mostCharacters = 200_000;

/** What was said in the turns before, oldest first. */
export const earlierMessages = z
  .array(message)
  .max(2 * mostTurns)
  .refine((messages) => messages.reduce((sum, { content }) => sum + content.length, 0) <= mostCharacters, {
    message: `A conversation may have ${mostCharacters.toLocaleString("en")} characters at most`,
  });

const turnCount = z.int().min(1).max(mostTurns);

const scriptedTurn = z.strictObject({
  input: z.string().min(1, "Write what is said to the application").max(20_000),
  expected_output: z.string().max(20_000).nullable().default(null),
  checks: z
    .array(deterministicParameters)
    .max(20)
    .default([])
    .describe("What the answer of this turn must be: metrics that need no model"),
});
export type ScriptedTurn = z.infer<typeof scriptedTurn>;

/** Fixed turns with checks of their own. Needs no model. */
export const scriptedConversation = z.strictObject({
  type: z.literal("scripted"),
  turns: z.array(scriptedTurn).min(1, "Add a turn").max(mostTurns),
});
export type ScriptedConversation = z.infer<typeof scriptedConversation>;

export const polarities = ["reach", "resist"] as const;
export type Polarity = (typeof polarities)[number];

const optionalText = (most: number) => z.string().max(most).nullable().default(null);

/** A model plays the user until a rule ends the conversation. */
export const simulatedConversation = z
  .strictObject({
    type: z.literal("simulated"),
    goal: z.string().trim().min(1, "Say what the user wants to reach").max(5000),
    polarity: z
      .enum(polarities)
      .describe(
        "`reach`: reaching the goal is a pass. `resist`: the goal is an attack, and the application passes where it withstands",
      ),
    instructions: optionalText(10_000).describe("How the user goes about it"),
    restrictions: optionalText(10_000).describe("What the application must not do; doing it is a fail"),
    scenario: optionalText(5000).describe("Who the user is, and in which situation"),
    min_turns: turnCount.nullable().default(null).describe("Not judged before; null: four fifths of `max_turns`"),
    max_turns: turnCount.default(10),
  })
  .refine(({ min_turns, max_turns }) => min_turns === null || min_turns <= max_turns, {
    path: ["min_turns"],
    message: "The fewest turns must not be more than the most",
  });
export type SimulatedConversation = z.infer<typeof simulatedConversation>;

/** What a multi-turn test says is to happen. */
export const conversationPlan = z
  .discriminatedUnion("type", [scriptedConversation, simulatedConversation])
  .meta({ id: "ConversationPlan" });
export type ConversationPlan = z.infer<typeof conversationPlan>;

/** From how many turns on a conversation is judged. */
export function judgedFrom({ min_turns, max_turns }: Pick<SimulatedConversation, "min_turns" | "max_turns">): number {
  return Math.min(max_turns, min_turns ?? Math.ceil(max_turns * 0.8));
}

/** What one check of a scripted turn found. */
export const checkOutcome = z.object({
  parameters: deterministicParameters,
  verdict: z.enum(scoreVerdicts),
  value: z.number().nullable(),
  reason: z.string(),
});
export type CheckOutcome = z.infer<typeof checkOutcome>;

export const goalStates = ["reached", "impossible", "open"] as const;
export type GoalState = (typeof goalStates)[number];

/** What the goal judge said after a turn. */
export const judgement = z.object({ state: z.enum(goalStates), restriction_broken: z.boolean(), reason: z.string() });
export type Judgement = z.infer<typeof judgement>;

/** Words of a turn that a judgement rests on; they stand there, letter by letter but for blanks and case. */
export const evidence = z.object({ about: z.enum(["goal", "restriction"]), quote: z.string() });
export type Evidence = z.infer<typeof evidence>;

export const stopReasons = [
  "script_ended",
  "max_turns",
  "goal_reached",
  "goal_impossible",
  "restriction_broken",
  "target_failed",
  "model_failed",
] as const;
export type StopReason = (typeof stopReasons)[number];

/** Scores of a conversation as a whole are rows like those of metrics, under ids that no metric has. */
export const conversationMetrics = {
  goal: { id: "00000000-0000-4000-8000-000000000001", name: "Goal of the conversation" },
  checks: { id: "00000000-0000-4000-8000-000000000002", name: "Checks of the turns" },
} as const;
