import { describe, expect, it } from "vitest";
import { parseCleanJson } from "./clean-json.ts";
import { MappingError } from "./mapping-expression.ts";
import { checkMappings, mapResponse } from "./map-response.ts";
import type { Json, ResponseMapping, TargetAnswer } from "./schema.ts";
import { cpuTime } from "@rhesis/testkit/cpu-time";

const chat = {
  id: "c1",
  choices: [{ message: { role: "assistant", content: "Hello", tool_calls: [{ name: "quote" }] } }],
  sources: [
    { text: "A", score: 1 },
    { text: "B", score: 0.2 },
  ],
  usage: { tokens: 3 },
  session_id: "s-1",
  empty: "",
  nothing: null,
  answers: [
    { lang: "en", text: "yes" },
    { lang: "de", text: "ja" },
  ],
  n: 42,
};

const cases: [name: string, mapping: ResponseMapping, answer: Partial<TargetAnswer>][] = [
  ["a path", { output: "$.choices[0].message.content" }, { output: "Hello" }],
  ["brackets and quotes", { output: "$['choices'][0][\"message\"]['content']" }, { output: "Hello" }],
  ["a descent", { output: "$..content" }, { output: "Hello" }],
  ["a filter", { output: "$.answers[?@.lang == 'de'].text" }, { output: "ja" }],
  ["match in linear time", { output: "$.answers[?match(@.lang, 'd.')].text" }, { output: "ja" }],
  ["search in linear time", { output: "$.answers[?search(@.text, '^y')].text" }, { output: "yes" }],
  ["from the end", { output: "$.answers[-1].text" }, { output: "ja" }],
  ["the first of many", { output: "$.answers[*].text" }, { output: "yes" }],
  ["an object as JSON", { output: "$.usage" }, { output: '{"tokens":3}' }],
  ["a number as text", { output: "$.n" }, { output: "42" }],
  ["an empty text is an answer", { output: "$.empty" }, { output: "" }],
  ["a template path", { output: "{{ response.choices[0].message.content }}" }, { output: "Hello" }],
  ["top-level names", { output: "{{ id }}" }, { output: "c1" }],
  ["alternatives", { output: "{{ response.reply or response.answers[0].text }}" }, { output: "yes" }],
  ["jsonpath inside a template", { output: "{{ jsonpath('$..content') }}!" }, { output: "Hello!" }],
  ["text in a template that looks like JSON", { output: "{{ n }}{{ n }}" }, { output: "4242" }],
  ["a recognised conversation id", { output: "$.id" }, { conversation_id: "s-1" }],
  ["a mapped conversation id", { output: "$.id", conversation_id: "$.n" }, { conversation_id: "42" }],
  ["all matches of context", { output: "$.id", context: "$.sources[*].text" }, { context: ["A", "B"] }],
  [
    "a list as context",
    { output: "$.id", context: "$.sources" },
    { context: ['{"text":"A","score":1}', '{"text":"B","score":0.2}'] },
  ],
  [
    "a template as context",
    { output: "$.id", context: "{{ sources | map(attribute='text') | list | tojson }}" },
    { context: ["A", "B"] },
  ],
  ["missing context", { output: "$.id", context: "$.nope" }, { context: [] }],
  ["metadata", { output: "$.id", metadata: "$.usage" }, { metadata: { tokens: 3 } }],
  ["metadata that is no object", { output: "$.id", metadata: "$.n" }, { metadata: { value: 42 } }],
  [
    "tool calls",
    { output: "$.id", tool_calls: "$.choices[0].message.tool_calls" },
    { tool_calls: [{ name: "quote" }] },
  ],
  [
    "tool calls without text",
    { output: "$.nothing", tool_calls: "$..tool_calls[*]" },
    { output: null, tool_calls: [{ name: "quote" }] },
  ],
  [
    "tool calls where there is no place for text",
    { output: "$.choices[?@.text].text", tool_calls: "$..tool_calls[*]" },
    { output: null, tool_calls: [{ name: "quote" }] },
  ],
];

function failureOf(mapping: ResponseMapping, body: Json): MappingError {
  try {
    mapResponse(mapping, body);
  } catch (error) {
    if (error instanceof MappingError) return error;
    throw error;
  }
  throw new Error("it was mapped");
}

describe("mapResponse", () => {
  it.each(cases)("%s", (_name, mapping, answer) => {
    expect(mapResponse(mapping, chat)).toMatchObject(answer);
  });

  it("takes the whole body without a mapping", () => {
    expect(mapResponse(null, "plain").output).toBe("plain");
    expect(mapResponse(null, { a: 1 }).output).toBe('{"a":1}');
    expect(mapResponse({ output: "{{ response }}" }, "plain").output).toBe("plain");
  });

  it("says which path found nothing and what there is", () => {
    const { code, message } = failureOf({ output: "$.reply.text" }, { error: "x", detail: "y" });
    expect(code).toBe("mapping_failed");
    expect(message).toBe(
      "Nothing in the answer matches $.reply.text (output). The answer has the keys: error, detail.",
    );
    expect(failureOf({ output: "{{ response.reply }}" }, [1, 2]).message).toContain("The answer is a list of 2.");
    expect(failureOf({ output: "{{ response.a or response.b }}" }, { c: 1 }).code).toBe("mapping_failed");
    const many = Object.fromEntries(Array.from({ length: 99 }, (_, index) => [`key${index}`.repeat(20), 1]));
    expect(failureOf({ output: "$.x" }, many).message.length).toBeLessThan(1200);
  });

  it("tells nothing from null and from text", () => {
    expect(failureOf({ output: "$.nothing" }, chat).code).toBe("empty_answer");
    expect(failureOf({ output: "$.a" }, "<html>").code).toBe("not_json");
  });

  it("does not look into prototypes", () => {
    for (const output of [
      "$.constructor",
      "$.__proto__",
      "$.toString",
      "{{ response.constructor }}",
      "$..['__proto__']",
    ])
      expect(failureOf({ output }, { a: {} }).code).toBe("mapping_failed");
    const hostile = parseCleanJson('{"__proto__":{"x":1},"constructor":{"prototype":{"y":1}},"a":"ok"}') ?? null;
    expect(mapResponse({ output: "$.a", metadata: "$" }, hostile).metadata).not.toHaveProperty("x");
    expect(Object.hasOwn(Object.prototype, "y")).toBe(false);
  });

  it("ends quickly whatever the path and the answer", () => {
    const started = cpuTime();
    const evil = { items: [{ s: `${"a".repeat(50_000)}!` }], answer: "x" };
    expect(failureOf({ output: "$.items[?search(@.s, '^(a+)+$')].s" }, evil).code).toBe("mapping_failed");
    expect(failureOf({ output: "$..*..*..*" }, evil).message).toContain("2 times at most");
    expect(failureOf({ output: "$.items[?$..s]" }, evil).message).toContain("may not search the whole answer");
    const deep = JSON.parse(`${"[".repeat(5000)}${"]".repeat(5000)}`) as Json;
    expect(failureOf({ output: "$..x" }, deep).message).toContain("nested too deeply");
    expect(cpuTime() - started).toBeLessThan(3000);
  });
});

describe("checkMappings", () => {
  it("finds nothing wrong with good mappings", () => {
    for (const [, response_mapping] of cases)
      expect(checkMappings({ request_mapping: { input: "{{ input }}" }, response_mapping })).toEqual([]);
    expect(checkMappings({ request_mapping: null, response_mapping: null })).toEqual([]);
  });

  it("names the place of every problem", () => {
    const request_mapping = JSON.parse('{"a":["ok","{{ x"],"constructor":1}') as Json;
    const problems = checkMappings({
      request_mapping,
      response_mapping: { output: "$.[", context: "reply", metadata: "{% if %}" },
    });
    expect(problems.map(({ path }) => path.join("."))).toEqual([
      "request_mapping.a.1",
      "request_mapping.constructor",
      "response_mapping.output",
      "response_mapping.context",
      "response_mapping.metadata",
    ]);
    expect(problems.every(({ message }) => message.length > 10)).toBe(true);
  });
});
