import type { TargetError, TargetOutcome } from "../target/schema.ts";
import type { CheckOutcome, ConversationMemory, Evidence, Judgement, Message, StopReason } from "./schema.ts";

/** One message and what came of it. */
export type Turn = {
  /** From 1. */
  number: number;
  input: string;
  outcome: TargetOutcome;
  /** Why the simulated user said this. */
  reason: string | null;
  checks: CheckOutcome[];
  judgement: Judgement | null;
  evidence: Evidence[];
};

/** What is said to the target in one turn: `messages` is all that was said, the new message last. */
export type TurnCall = { number: number; input: string; messages: Message[]; conversation_id: string | null };

/** Does not throw: what the target does is in the outcome. An aborted call has the error `cancelled`. */
export type AskTarget = (call: TurnCall) => Promise<TargetOutcome>;

export type TargetPort = { ask: AskTarget; memory: ConversationMemory };

/** The turns of a conversation, and how the target is told what was said before. */
export class ConversationTrack {
  readonly turns: Turn[] = [];
  readonly #target: TargetPort;
  readonly #messages: Message[] = [];
  #conversation_id: string | null = null;

  constructor(target: TargetPort) {
    this.#target = target;
  }

  /** Says something, as the next turn. Null where the call was aborted: then the conversation is cut. */
  async say(input: string, reason: string | null = null): Promise<Turn | null> {
    const number = this.turns.length + 1;
    const outcome = this.#isForgotten() ? forgotten : await this.#call(number, input);
    if (outcome.error?.code === "cancelled") return null;
    this.#remember(input, outcome);
    const turn: Turn = { number, input, outcome, reason, checks: [], judgement: null, evidence: [] };
    this.turns.push(turn);
    return turn;
  }

  #call(number: number, input: string): Promise<TargetOutcome> {
    const messages = [...this.#messages, { role: "user" as const, content: input }];
    return this.#target.ask({ number, input, messages, conversation_id: this.#conversation_id });
  }

  #remember(input: string, { answer }: TargetOutcome): void {
    if (answer === null) return;
    this.#messages.push({ role: "user", content: input }, { role: "assistant", content: answer.output ?? "" });
    this.#conversation_id = answer.conversation_id ?? this.#conversation_id;
  }

  /** What keeps conversations under an id has to say which before the second turn. */
  #isForgotten(): boolean {
    return this.#target.memory === "id" && this.turns.length > 0 && this.#conversation_id === null;
  }
}

/** What comes of a turn of which the application could not know that it is one. */
export const forgotten: TargetOutcome = {
  answer: null,
  error: {
    code: "mapping_failed",
    message:
      "The application answered without the id of the conversation, so it would not know what was said before. Map conversation_id in the endpoint's response, or send the whole conversation with {{ messages }}.",
  },
  request: null,
  response: null,
  attempts: [],
  latency_ms: 0,
  first_byte_ms: null,
};

/** Why a turn has no answer, or null where it has one. */
export function turnError({ outcome }: Pick<Turn, "outcome">): TargetError | null {
  if (outcome.answer !== null && outcome.error === null) return null;
  return outcome.error ?? { code: "empty_answer", message: "The application gave no answer." };
}

/** What became of a conversation. */
export type HeldConversation = { turns: Turn[]; stop_reason: StopReason };
