import { afterAll, expect, test } from "vitest";
import type { z } from "zod";
import type { ConnectorCall, ConnectorReply } from "../connector/port.ts";
import { checkConfig } from "./check-config.ts";
import type { Json } from "./schema.ts";
import { targetConfig } from "./schema.ts";
import { createTargetClient } from "./target-client.ts";

const client = createTargetClient({
  policy: { allow_loopback: false, allow_private: [] },
  sleep: () => Promise.resolve(),
});
afterAll(() => client.close());

function configOf(changes: Partial<z.input<typeof targetConfig>> = {}) {
  const place = { protocol: "connector", connector: { function: "ask" } } as const;
  return targetConfig.parse({ ...place, request_mapping: { question: "{{ input }}" }, ...changes });
}

/** Calls with an other side that gives these replies, the last one again and again. */
async function callWith(replies: ConnectorReply[], changes: Parameters<typeof configOf>[0] = {}, input = "Hello") {
  const calls: ConnectorCall[] = [];
  const connector = {
    call: (call: ConnectorCall) => {
      calls.push(call);
      return Promise.resolve(replies[Math.min(calls.length, replies.length) - 1] ?? { kind: "closed" as const });
    },
  };
  const options = { connector, idempotency_key: "run/test/1" };
  const outcome = await client.call(configOf(changes), null, { input, params: { model: "small" } }, options);
  return { calls, outcome };
}

const answered = (output: Json): ConnectorReply[] => [{ kind: "answered", output }];

test("gives the function its inputs, the parameters and how long it is waited for", async () => {
  const { calls, outcome } = await callWith(answered("Hi"), { timeout_ms: 5000 });
  expect(calls).toMatchObject([
    {
      function_name: "ask",
      environment: "development",
      inputs: { question: "Hello" },
      parameters: { model: "small" },
      timeout_ms: 5000,
      idempotency_key: "run/test/1",
    },
  ]);
  expect(outcome).toMatchObject({
    answer: { output: "Hi", context: [], tool_calls: [] },
    error: null,
    request: { method: "CALL", url: "connector:development/ask" },
    response: { status: 200, body: "Hi" },
  });
});

test("reads the parts of an answer by their names, by a mapping, or takes all of it", async () => {
  const parts = { output: "Hi", conversation_id: "c1", context: ["a"], metadata: { n: 1 }, tool_calls: [{ f: 1 }] };
  expect((await callWith(answered(parts))).outcome.answer).toEqual(parts);
  const mapping = { output: "$.reply.text", context: "$.sources[*]" };
  const shaped = { reply: { text: "Hi" }, sources: ["a", "b"] };
  expect((await callWith(answered(shaped), { response_mapping: mapping })).outcome.answer).toMatchObject({
    output: "Hi",
    context: ["a", "b"],
  });
  const whole = await callWith(answered({ reply: "Hi\u0000" }));
  expect(whole.outcome.answer?.output).toBe('{"reply":"Hi\uFFFD"}');
  expect((await callWith(answered('{"output":"x"}'))).outcome.answer?.output).toBe('{"output":"x"}');
  expect((await callWith(answered('{"a":"x"}'), { response_mapping: { output: "$.a" } })).outcome.answer?.output).toBe(
    "x",
  );
});

test.each([
  ["function_failed", [{ kind: "function_failed", error: "no model" }], 1],
  ["not_connected", [{ kind: "not_connected" }], 4],
  ["connection_closed", [{ kind: "closed" }], 4],
  ["timeout", [{ kind: "timeout" }], 2],
  ["cancelled", [{ kind: "cancelled" }], 1],
  ["empty_answer", answered(null), 1],
  ["empty_answer", answered(""), 1],
  ["too_large", answered("x".repeat(3000)), 1],
] as [string, ConnectorReply[], number][])("ends as %s after %o", async (code, replies, attempts) => {
  const { calls, outcome } = await callWith(replies, { max_response_bytes: 2000 });
  expect([outcome.error?.code, calls.length, outcome.answer]).toEqual([code, attempts, null]);
});

test("says what to do where nobody is connected, and goes on where somebody is again", async () => {
  const { outcome } = await callWith([{ kind: "not_connected" }], { max_attempts: 1 });
  expect(outcome.error?.message).toMatch(
    /^No process is connected that offers the function ask in environment development\. Start it/,
  );
  const back = await callWith([{ kind: "closed" }, { kind: "not_connected" }, { kind: "answered", output: "Hi" }]);
  expect(back.outcome.answer?.output).toBe("Hi");
  expect(back.outcome.attempts.map(({ error_code }) => error_code)).toEqual([
    "connection_closed",
    "not_connected",
    null,
  ]);
});

test("does not call with more than a message holds, or with what is no object", async () => {
  const long = await callWith(answered("x"), {}, "x".repeat(1_048_576));
  expect([long.outcome.error?.code, long.calls.length]).toEqual(["too_large", 0]);
  const text = await callWith(answered("x"), { request_mapping: "{{ input }}" });
  expect([text.outcome.error?.code, text.calls.length]).toEqual(["mapping_failed", 0]);
});

test("without anything to call through it is not connected", async () => {
  expect((await client.call(configOf(), null, { input: "x" })).error?.code).toBe("not_connected");
});

test("its configuration names a function and no address; the others an address and no function", () => {
  const problems = (config: Parameters<typeof configOf>[0]) => checkConfig(configOf(config)).map(({ path }) => path[0]);
  expect(problems({})).toEqual([]);
  expect(problems({ connector: null })).toEqual(["connector"]);
  expect(problems({ url: "https://x.example", auth: { type: "bearer" } })).toEqual(["url", "auth"]);
  expect(problems({ request_mapping: "{{ input }}" })).toEqual(["request_mapping"]);
  expect(problems({ protocol: "http" })).toEqual(["connector"]);
  expect(problems({ protocol: "http", connector: null })).toEqual(["url"]);
  expect(problems({ protocol: "websocket", connector: null })).toEqual(["url"]);
  expect(targetConfig.safeParse({ protocol: "connector", connector: { function: "a b" } }).success).toBe(false);
});
