import { expect, test } from "vitest";
import { createEndpoint } from "@rhesis/router/endpoint/schema";
import { checkConfig } from "@rhesis/engine/target/check-config";
import { presets } from "@rhesis/engine/mapping/presets";
import { targetConfig, type TargetConfig } from "@rhesis/engine/target/schema";
import { plainProblem } from "../../ui/plain-problem.ts";
import { addressFor, formatFor, protocolOf, streamOf, streamValuesOf } from "./answer-reading.ts";
import {
  configOf,
  configValuesOf,
  createInputOf,
  newEndpointValues,
  withProposal,
  withReading,
  type EndpointValues,
} from "./endpoint-values.ts";

const id = "01a20616-e9ab-7bca-a851-051b3c826420";
const blank = newEndpointValues(id);
const through = (config: TargetConfig): TargetConfig =>
  targetConfig.parse(configOf({ ...blank, config: configValuesOf(config) }));

const shapes: Partial<TargetConfig>[] = [
  { response_format: "sse", stream: { done: "[DONE]", join: "concat" } },
  { response_format: "sse", stream: { done: "3", join: "concat" } },
  { response_format: "json_lines", stream: { done: 3, join: "last" } },
  { response_format: "json_lines", stream: { join: "last" } },
  { response_format: "json_lines", stream: null },
  { response_format: "text", response_mapping: { output: "{{ response }}" } },
  {
    url: "wss://bot.example/ws",
    protocol: "websocket",
    subprotocol: "chat.v1",
    stream: { done: "$.end", join: "concat" },
  },
  { url: "ws://bot.example/ws", protocol: "websocket", response_format: "text" },
];

test.each(shapes)("how an answer comes goes through the form unchanged: %j", (shape) => {
  const config = targetConfig.parse({ url: "https://bot.example/chat", ...shape });
  expect(through(config)).toEqual(config);
});

test("every preset goes through the form unchanged", () => {
  for (const { config } of presets) expect(through(config)).toEqual(config);
});

test("what does not apply is not sent", () => {
  const { config } = blank;
  const stream = { ends: "mark", mark: "[DONE]", count: 3, join: "last" } as const;
  const whole = configOf({
    ...blank,
    config: { ...config, url: "https://bot.example", subprotocol: "chat.v1", stream },
  });
  expect(whole).toMatchObject({ stream: null, subprotocol: null });
  const socket = {
    ...config,
    url: "wss://bot.example",
    protocol: "websocket",
    response_format: "sse",
    stream,
  } as const;
  const parsed = targetConfig.parse(configOf({ ...blank, config: socket }));
  expect(parsed).toMatchObject({ response_format: "json", stream: { done: "[DONE]", join: "last" } });
  expect(checkConfig(parsed)).toEqual([]);
});

test.each([
  ["an end mark that is not entered", { ends: "mark", mark: "  ", count: "", join: "concat" }, "Fill this in"],
  ["a number that is not entered", { ends: "count", mark: "", count: "", join: "concat" }, "Fill this in"],
  ["a number that is too small", { ends: "count", mark: "", count: 0, join: "concat" }, "It must be at least 1"],
  ["half an event", { ends: "count", mark: "", count: 1.5, join: "concat" }, "Enter a whole number"],
] as const)("%s is refused at its field, in plain words", (_, stream, message) => {
  const config = { ...blank.config, url: "https://bot.example", response_format: "sse", stream } as const;
  const input = createInputOf({ ...blank, name: "Bot", config });
  const { error } = createEndpoint.safeParse(input, { error: plainProblem });
  expect(error?.issues.map((issue) => [issue.path.join("."), issue.message])).toEqual([
    ["config.stream.done", message],
  ]);
});

test("the end of a stream is what was chosen, whatever else is still entered", () => {
  const entered = { mark: "[DONE]", count: 5 } as const;
  expect(streamOf({ ...entered, ends: "by_itself", join: "concat" })).toBeNull();
  expect(streamOf({ ...entered, ends: "by_itself", join: "last" })).toEqual({ join: "last" });
  expect(streamOf({ ...entered, ends: "mark", join: "concat" })).toEqual({ done: "[DONE]", join: "concat" });
  expect(streamOf({ ...entered, ends: "count", join: "concat" })).toEqual({ done: 5, join: "concat" });
  expect(streamValuesOf({ done: 5, join: "last" })).toEqual({ ends: "count", mark: "", count: 5, join: "last" });
});

test("address and protocol follow each other", () => {
  expect(["wss://a", " WS://a", "https://a", "http", "shop"].map(protocolOf)).toEqual([
    "websocket",
    "websocket",
    "http",
    null,
    null,
  ]);
  expect(addressFor("websocket", "https://a/http://b")).toBe("wss://a/http://b");
  expect(addressFor("websocket", "HTTP://a")).toBe("ws://a");
  expect(addressFor("http", "wss://a")).toBe("https://a");
  expect(addressFor("http", "shop")).toBe("shop");
  expect(formatFor("websocket", "text")).toBe("text");
  expect(formatFor("websocket", "json_lines")).toBe("json");
});

test("a proposal fills in the configuration and its secret, and leaves what a person entered", () => {
  const before: EndpointValues = { ...blank, name: "", description: "Mine", secret: "old" };
  const config = targetConfig.parse({ url: "https://bot.example/chat", response_format: "sse" });
  const filled = withProposal(before, { config, secret: "new", name: "Preset" });
  expect(filled).toMatchObject({ name: "Preset", description: "Mine", secret: "new", project_id: id });
  expect(filled.config).toEqual(configValuesOf(config));
  expect(JSON.stringify(filled.config)).not.toContain("new");
  expect(withProposal({ ...before, name: "Bot" }, { config, name: "Preset" })).toMatchObject({
    name: "Bot",
    secret: "",
  });
  const elsewhere = targetConfig.parse({ url: "https://other.example/chat" });
  expect(withProposal(filled, { config: { ...config, url: "https://bot.example/v2" } }).secret).toBe("new");
  expect(withProposal(filled, { config: elsewhere }).secret).toBe("");
});

test("an example replaces how answers are read and nothing else", () => {
  const before = withProposal(blank, { config: targetConfig.parse({ url: "https://bot.example", timeout_ms: 5000 }) });
  const reading = {
    response_format: "sse",
    response_mapping: { output: "$.a" },
    stream: { done: "end", join: "concat" },
  };
  const after = withReading(before, reading as Parameters<typeof withReading>[1]);
  expect(targetConfig.parse(configOf(after))).toEqual({ ...targetConfig.parse(configOf(before)), ...reading });
  const socket = { ...before, config: { ...before.config, protocol: "websocket", url: "wss://bot.example" } } as const;
  expect(
    withReading(socket, { ...reading, response_format: "json_lines" } as Parameters<typeof withReading>[1]).config,
  ).toMatchObject({ response_format: "json", stream: { ends: "mark", mark: "end" } });
});
