import { expect, test } from "vitest";
import { defaultMapping } from "./default-mapping.ts";

const text = { type: "string" };

test.each([
  ["the name that says it", { user: text, question: text, style: text }, { question: "{{ input }}" }],
  ["the first text where no name says it", { id: text, foo: text, bar: text }, { foo: "{{ input }}" }],
  [
    "a conversation",
    { session_id: text, message: text },
    { session_id: "{{ conversation_id }}", message: "{{ input }}" },
  ],
  ["turns", { messages: { type: "list" } }, { messages: "{{ messages }}" }],
  [
    "turns beside the newest",
    { query: text, chat_history: {} },
    { query: "{{ input }}", chat_history: "{{ messages }}" },
  ],
  ["types of Python", { prompt: { type: "str" }, k: { type: "int", default: 3 } }, { prompt: "{{ input }}" }],
  ["no type at all", { input: {} }, { input: "{{ input }}" }],
  ["nothing", {}, {}],
])("maps %s", (_, parameters, mapping) => {
  expect(defaultMapping(parameters)).toEqual(mapping);
});
