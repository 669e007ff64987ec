import type { TargetOutcome } from "@rhesis/engine/target/schema";
import { invokeEndpoint } from "@rhesis/router/endpoint/schema";
import { createTest } from "@rhesis/router/test/schema";
import { expect, test } from "vitest";
import { ended, isFull, isWaiting, nextCall, said, testOf, tooLongToExpect, type Chat } from "./chat-state.ts";

const id = "019aaaaa-0000-7000-8000-000000000000";
const endpoint = (conversation_memory: "history" | "id" | "none") => ({ id, conversation_memory });
const nothing = { request: null, response: null, attempts: [], latency_ms: 5, first_byte_ms: null };

function outcome(output: string | null, conversation_id: string | null = null): TargetOutcome {
  return { ...nothing, answer: { output, conversation_id, context: [], metadata: {}, tool_calls: [] }, error: null };
}
const failed: TargetOutcome = { ...nothing, answer: null, error: { code: "timeout", message: "Too slow." } };

function turn(chat: Chat, input: string, came: TargetOutcome): Chat {
  return ended(said(chat, input), chat.length + 1, { state: "came", outcome: came });
}
const call = (memory: "history" | "id" | "none", chat: Chat, params = {}) =>
  invokeEndpoint.parse(nextCall(endpoint(memory), chat, { input: "And now?", params }));

test("a message waits until its answer comes, and what was stopped stays so", () => {
  const asked = said([], "Hi");
  expect(isWaiting(asked)).toBe(true);
  const stopped = ended(asked, 1, { state: "stopped" });
  expect(isWaiting(stopped)).toBe(false);
  expect(ended(stopped, 1, { state: "came", outcome: outcome("Late") })).toEqual(stopped);
  expect(call("history", stopped)).toEqual({ id, input: "And now?" });
});

test("an application without a memory is sent what was answered, and nothing that failed", () => {
  const talk = turn(turn(turn([], "Hi", outcome("Hello")), "Lost", failed), "Tools", outcome(null));
  expect(call("history", talk, { language: "de" })).toEqual({
    id,
    input: "And now?",
    params: { language: "de" },
    messages: [
      { role: "user", content: "Hi" },
      { role: "assistant", content: "Hello" },
      { role: "user", content: "Tools" },
      { role: "assistant", content: "" },
    ],
  });
  expect(call("none", talk)).toEqual({ id, input: "And now?" });
});

test("one that keeps conversations is sent the last id that it named, and all where it has named none", () => {
  const talk = turn(turn([], "Hi", outcome("Hello", "c-1")), "Again", outcome("Yes"));
  expect(call("id", talk)).toEqual({ id, input: "And now?", conversation_id: "c-1" });
  expect(call("id", turn([], "Hi", outcome("Hello"))).messages).toHaveLength(2);
});

test("a conversation becomes a script of what was answered, one turn a single-turn test", () => {
  const create = (chat: Chat, keepsAnswers: boolean) =>
    createTest.parse({ project_id: id, ...testOf(chat, { keepsAnswers }) });
  const one = turn(turn([], "Lost", failed), "Hi", outcome("Hello"));
  expect(create(one, true)).toMatchObject({ kind: "single_turn", input: "Hi", expected_output: "Hello" });
  expect(create(one, false)).toMatchObject({ kind: "single_turn", expected_output: null });
  const long = turn(turn(one, "Tell me all", outcome("x".repeat(20_001))), "", outcome(""));
  expect(tooLongToExpect(one)).toEqual([]);
  expect(tooLongToExpect(long)).toEqual([3]);
  const two = turn(one, "Tell me all", outcome("x".repeat(20_001)));
  expect(create(two, true)).toMatchObject({
    kind: "multi_turn",
    conversation: {
      type: "scripted",
      turns: [
        { input: "Hi", expected_output: "Hello" },
        { input: "Tell me all", expected_output: null },
      ],
    },
  });
});

test("a conversation ends where no test could hold more", () => {
  const turns = Array.from({ length: 50 }, (_, at) => at).reduce<Chat>((chat) => turn(chat, "Hi", failed), []);
  expect(isFull(turns)).toBe(true);
  expect(isFull(turns.slice(1))).toBe(false);
});
