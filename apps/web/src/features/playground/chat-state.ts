/** A conversation while it is held in the playground, and what becomes of it as a test. Nothing of it is stored. */
import { mostTurns, type Message } from "@rhesis/engine/conversation/schema";
import type { TargetAnswer, TargetOutcome } from "@rhesis/engine/target/schema";
import type { Endpoint } from "@rhesis/router/endpoint/schema";

/** What came of a message; `refused` is what our own server said. */
export type Ending =
  | { state: "waiting" }
  | { state: "came"; outcome: TargetOutcome }
  | { state: "refused"; problem: string }
  | { state: "stopped" };

export type ChatTurn = { number: number; input: string; ending: Ending };
export type Chat = readonly ChatTurn[];

type Answered = { number: number; input: string; answer: TargetAnswer };

export const longestMessage = 20_000;

/** The next message, waiting for its answer. */
export function said(chat: Chat, input: string): Chat {
  return [...chat, { number: chat.length + 1, input, ending: { state: "waiting" } }];
}

/** What has ended stays as it is: an answer that comes after a stop is no longer waited for. */
export function ended(chat: Chat, number: number, ending: Ending): Chat {
  return chat.map((turn) =>
    turn.number === number && turn.ending.state === "waiting" ? { number, input: turn.input, ending } : turn,
  );
}

export function isWaiting(chat: Chat): boolean {
  return chat.some(({ ending }) => ending.state === "waiting");
}

export function isFull(chat: Chat): boolean {
  return chat.length >= mostTurns;
}

/** What the application has heard and answered: the rest is no part of the conversation. */
export function answeredTurns(chat: Chat): Answered[] {
  return chat.flatMap(({ number, input, ending }) => {
    if (ending.state !== "came" || ending.outcome.answer === null) return [];
    return [{ number, input, answer: ending.outcome.answer }];
  });
}

export function conversationId(chat: Chat): string | null {
  return answeredTurns(chat).findLast(({ answer }) => answer.conversation_id !== null)?.answer.conversation_id ?? null;
}

/** The call that says `input` next, as a run would make it. */
export function nextCall(
  { id, conversation_memory }: Pick<Endpoint, "id" | "conversation_memory">,
  chat: Chat,
  { input, params }: { input: string; params: Record<string, string> },
) {
  const conversation_id = conversationId(chat);
  // One that keeps the conversation under an id needs no more than that; without it, the server says what is missing.
  const isSentAll = conversation_memory === "history" || (conversation_memory === "id" && conversation_id === null);
  const messages = isSentAll ? messagesOf(chat) : [];
  return {
    id,
    input,
    ...(messages.length === 0 ? {} : { messages }),
    ...(conversation_id === null ? {} : { conversation_id }),
    ...(Object.keys(params).length === 0 ? {} : { params }),
  };
}

function messagesOf(chat: Chat): Message[] {
  return answeredTurns(chat).flatMap(({ input, answer }): Message[] => [
    { role: "user", content: input },
    { role: "assistant", content: answer.output ?? "" },
  ]);
}

const longestExpected = { single_turn: 100_000, multi_turn: 20_000 };

/** The test that says the same again: a script, or a single turn where there was one. */
export function testOf(chat: Chat, { keepsAnswers }: { keepsAnswers: boolean }) {
  const turns = answeredTurns(chat);
  const kind = turns.length === 1 ? ("single_turn" as const) : ("multi_turn" as const);
  const expected = ({ answer: { output } }: Answered) =>
    keepsAnswers && output !== null && output !== "" && output.length <= longestExpected[kind] ? output : null;
  const [only] = turns;
  if (only !== undefined && kind === "single_turn") {
    return { kind, input: only.input, expected_output: expected(only) };
  }
  const script = turns.map((turn) => ({ input: turn.input, expected_output: expected(turn), checks: [] }));
  return { kind, conversation: { type: "scripted" as const, turns: script } };
}

/** Numbers of the turns whose answer is too long to be kept as an expected output. */
export function tooLongToExpect(chat: Chat): number[] {
  const turns = answeredTurns(chat);
  const most = longestExpected[turns.length === 1 ? "single_turn" : "multi_turn"];
  return turns.flatMap(({ number, answer }) => ((answer.output?.length ?? 0) > most ? [number] : []));
}
