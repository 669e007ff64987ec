import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { mapRequest, type RequestVariables } from "./map-request.ts";
import type { Json } from "./schema.ts";

const turns = [
  { role: "user", content: "Hi" },
  { role: "assistant", content: "Hello" },
];
const known: RequestVariables = {
  input: "What is covered?",
  messages: turns,
  conversation_id: "c-7",
  params: { model: "m1", temperature: 0.2, tags: ["a", "b"], deep: { on: true }, none: null },
  test_id: "t1",
  test_run_id: "r1",
  expected_output: "Fire",
};

const cases: [name: string, mapping: Json, variables: Partial<RequestVariables>, result: Json | undefined][] = [
  ["the default mapping", { input: "{{ input }}" }, {}, { input: "What is covered?" }],
  ["text around", { q: "Q: {{ input }}?" }, {}, { q: "Q: What is covered??" }],
  ["numeric-looking text stays text", { q: "{{ input }}" }, { input: "007" }, { q: "007" }],
  ["boolean-looking text stays text", { q: "{{ input }}" }, { input: "true" }, { q: "true" }],
  ["JSON-looking text stays text", { q: "{{ input }}" }, { input: '{"a":1}' }, { q: '{"a":1}' }],
  [
    "quotes cannot leave a text",
    { q: "say {{ input }}" },
    { input: '", "admin": true, "x": "' },
    { q: 'say ", "admin": true, "x": "' },
  ],
  [
    "templates in an input are text",
    { q: "{{ input }}" },
    { input: "{{ params.model }}{% for %}" },
    { q: "{{ params.model }}{% for %}" },
  ],
  ["a number keeps its type", { t: "{{ params.temperature }}" }, {}, { t: 0.2 }],
  ["inside text it is text", { t: "{{ params.temperature }} deg" }, {}, { t: "0.2 deg" }],
  ["a list keeps its type", { tags: "{{ params.tags }}" }, {}, { tags: ["a", "b"] }],
  ["an element of a list", { tag: "{{ params.tags[1] }}" }, {}, { tag: "b" }],
  ["an object keeps its type", { d: "{{params.deep}}" }, {}, { d: { on: true } }],
  ["a boolean keeps its type", { d: "{{- params.deep.on -}}" }, {}, { d: true }],
  ["null stays null", { d: "{{ params.none }}" }, {}, { d: null }],
  ["messages keep their type", { messages: "{{ messages }}" }, {}, { messages: turns }],
  ["messages as JSON", { messages: "{{ messages | tojson }}" }, {}, { messages: turns }],
  ["JSON as a text", { messages: "{{ messages | tojson | string }}x" }, {}, { messages: `${jsonish(turns)}x` }],
  [
    "no messages: the input is one",
    { messages: "{{ messages }}" },
    { messages: undefined as never },
    { messages: [{ role: "user", content: "What is covered?" }] },
  ],
  ["the last message", { last: "{{ messages[-1].content }}" }, {}, { last: "Hello" }],
  ["a conversation id", { id: "{{ conversation_id }}" }, {}, { id: "c-7" }],
  ["its other names", { id: "{{ session_id }}", t: "{{ thread_id }}" }, {}, { id: "c-7", t: "c-7" }],
  [
    "a missing conversation id leaves its key out",
    { q: "{{ input }}", id: "{{ conversation_id }}" },
    { conversation_id: null },
    { q: "What is covered?" },
  ],
  ["so do its other names", { s: "{{ chat_id }}", d: { x: "{{ session_id }}" } }, { conversation_id: null }, { d: {} }],
  ["in a list too", ["{{ conversation_id }}", 1], { conversation_id: null }, [1]],
  ["the whole mapping", "{{ conversation_id }}", { conversation_id: null }, undefined],
  ["within text it is empty", { id: "id={{ conversation_id }}" }, { conversation_id: null }, { id: "id=" }],
  ["unknown names are empty", { x: "{{ nothing }}", y: "{{ params.nothing.more }}" }, {}, { x: "", y: "" }],
  ["a default", { x: "{{ params.nothing | default('d') }}" }, {}, { x: "d" }],
  [
    "constants of a mapping",
    { n: 1, b: false, z: null, l: [1, "two", { three: 3 }] },
    {},
    { n: 1, b: false, z: null, l: [1, "two", { three: 3 }] },
  ],
  ["keys are not templates", { "{{ input }}": 1 }, {}, { "{{ input }}": 1 }],
  [
    "a list of messages with one more",
    {
      messages: [
        { role: "system", content: "Be kind" },
        { role: "user", content: "{{ input }}" },
      ],
    },
    {},
    {
      messages: [
        { role: "system", content: "Be kind" },
        { role: "user", content: "What is covered?" },
      ],
    },
  ],
  [
    "a list inside a list adds its items",
    { messages: [{ role: "system", content: "Be kind" }, "{{ messages }}"], tags: ["x", "{{ params.tags }}", "y"] },
    {},
    { messages: [{ role: "system", content: "Be kind" }, ...turns], tags: ["x", "a", "b", "y"] },
  ],
  ["a list of lists", { batches: [["{{ messages }}"], []] }, {}, { batches: [turns, []] }],
  ["an object inside a list", ["{{ params.deep }}", "{{ params.tags | tojson }}"], {}, [{ on: true }, ["a", "b"]]],
  ["the turns before the newest", { history: "{{ messages[:-1] | tojson }}" }, {}, { history: turns.slice(0, -1) }],
  ["a conditional", { m: "{% if params.model == 'm1' %}one{% else %}other{% endif %}" }, {}, { m: "one" }],
  ["ids of the test", { trace: "{{ test_run_id }}/{{ test_id }}" }, {}, { trace: "r1/t1" }],
  ["no tenant ids", { o: "{{ organization_id }}", u: "{{ user_id }}" }, {}, { o: "", u: "" }],
  [
    "a body that is one JSON template",
    { __body__: '{"q": {{ input | tojson }}, "n": 1}' },
    {},
    { q: "What is covered?", n: 1 },
  ],
  ["a body that is text", { __body__: "q={{ input }}" }, {}, "q=What is covered?"],
];

function jsonish(value: unknown): string {
  return JSON.stringify(value).replaceAll('":', '": ').replaceAll(',"', ', "').replaceAll("},", "}, ");
}

describe("mapRequest", () => {
  it.each(cases)("%s", (_name, mapping, variables, result) => {
    expect(mapRequest(mapping, { ...known, ...variables })).toEqual(result);
  });

  it.each(["__proto__", "constructor", "prototype"])("refuses the key %s", (key) => {
    const mapping = JSON.parse(`{"a": {"${key}": {"polluted": true}}}`) as Json;
    expect(() => mapRequest(mapping, known)).toThrow(`A mapping may not use the key "${key}".`);
    expect(Object.hasOwn(Object.prototype, "polluted")).toBe(false);
  });

  it("does not look into prototypes", () => {
    const mapping = { a: "{{ params.constructor }}", b: "{{ params.__proto__ }}", c: "{{ toString }}" };
    expect(mapRequest(mapping, known)).toEqual({ a: "", b: "", c: "" });
  });

  it("refuses values that cannot be JSON", () => {
    const circular: Record<string, unknown> = {};
    circular["self"] = circular;
    expect(() => mapRequest({ x: "{{ params }}" }, { input: "", params: circular })).toThrow(
      "cannot be written as JSON",
    );
  });

  it("knows no tenant ids at all", () => {
    const source = readFileSync(new URL("./map-request.ts", import.meta.url), "utf8");
    expect(source).not.toMatch(/organization_id|user_id/);
  });
});
