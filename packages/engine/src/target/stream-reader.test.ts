import { cpuTime } from "@rhesis/testkit/cpu-time";
import { streamShapes, type StreamShape } from "@rhesis/testkit/stream-shapes";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { redactor } from "./redact.ts";
import { targetConfig, type Json, type TargetConfig } from "./schema.ts";
import type { StreamResult } from "./stream-answer.ts";
import { StreamReader } from "./stream-reader.ts";

const shapes: [string, StreamShape][] = Object.entries(streamShapes);

function streamed(changes: object): TargetConfig {
  return targetConfig.parse({ url: "http://placeholder.example/", response_format: "sse", ...changes });
}

/** Reads a body that arrives in parts, cut after each of the numbers of bytes. */
function read(
  config: TargetConfig,
  body: string | Buffer,
  { cuts = [], type = "text/event-stream", secret }: { cuts?: number[]; type?: string; secret?: string } = {},
): StreamResult & { reader: StreamReader } {
  const bytes = Buffer.from(body);
  const reader = new StreamReader(config, redactor(secret === undefined ? [] : [secret]));
  reader.begin(200, { "content-type": type });
  const edges = [...new Set(cuts.map((cut) => cut % (bytes.length + 1)))].toSorted((a, b) => a - b);
  let start = 0;
  for (const end of [...edges, bytes.length]) {
    if (reader.take(bytes.subarray(start, end))) break;
    start = end;
  }
  return { ...reader.result(bytes.toString("utf8"), type), reader };
}

const everyByte = (body: string | Buffer): number[] => Array.from(Buffer.from(body), (_byte, index) => index + 1);
const data = (...events: unknown[]): string =>
  events.map((event) => `data: ${typeof event === "string" ? event : JSON.stringify(event)}\n\n`).join("");
const deltas = { response_mapping: { output: "$.t" } };

describe.each(shapes)("the shape %s", (_name, { config, body, content_type: type, answer }) => {
  const whole = targetConfig.parse({ url: "http://placeholder.example/", ...config });

  it("is read", () => {
    expect(read(whole, body, { type }).answer).toMatchObject(answer);
  });

  it("is read the same however its bytes arrive", () => {
    const expected = read(whole, body, { type }).answer;
    expect(read(whole, body, { type, cuts: everyByte(body) }).answer).toEqual(expected);
    fc.assert(
      fc.property(fc.array(fc.nat()), (cuts) => {
        expect(read(whole, body, { type, cuts }).answer).toEqual(expected);
      }),
    );
  });

  it("may begin with a byte order mark, and end lines with CRLF", () => {
    const lined = `\uFEFF${body.replaceAll(/\r?\n/g, "\r\n")}`;
    expect(read(whole, lined, { type, cuts: everyByte(lined) }).answer).toMatchObject(answer);
  });

  it("is no answer when it breaks off before its end mark", () => {
    if (config.stream?.done === undefined) return;
    const end = body.trimEnd().lastIndexOf(typeof config.stream.done === "string" ? "\n" : "{");
    fc.assert(
      fc.property(fc.integer({ min: 60, max: end }), (length) => {
        const { failure } = read(whole, body.slice(0, length), { type });
        expect(failure).toMatchObject({ retry: "once", error: { code: "connection_closed" } });
        expect(failure?.error.message).toMatch(
          /ended its answer too early(: \d+ \w+ came, and the end mark|, in the middle of)/,
        );
      }),
    );
  });
});

describe("any answer", () => {
  const config = streamed({ ...deltas, stream: { done: "[DONE]" } });
  const cuts = fc.array(fc.nat());
  const odd = fc.constantFrom(
    "\u0000",
    "🦓",
    "\ud83e",
    "\udd93",
    "é",
    "\n",
    "\r\n",
    " ",
    "\u2028",
    "\uFEFF",
    "data: x\n\n",
  );
  const piece = fc.oneof(fc.string(), odd);

  it("is the pieces one after the other, whatever they hold", () => {
    fc.assert(
      fc.property(fc.array(piece, { minLength: 1 }), cuts, (pieces, at) => {
        const body = data(...pieces.map((t) => ({ t })), "[DONE]");
        const output = pieces.join("").toWellFormed().replaceAll("\u0000", "\uFFFD");
        expect(read(config, body, { cuts: at }).answer?.output).toBe(output);
      }),
    );
  });

  it("keeps characters whole that are cut between two pieces", () => {
    const halves = "🦓 or 🐎?".split("").map((t) => ({ t }));
    expect(read(config, data(...halves, "[DONE]")).answer?.output).toBe("🦓 or 🐎?");
  });

  it("is read or refused, and never throws, whatever comes", () => {
    const hostile = fc.oneof(
      fc.uint8Array().map((bytes) => Buffer.from(bytes)),
      fc.json().map((json) => Buffer.from(`data: ${json}\n\n`)),
      fc
        .constantFrom("data: ", "event: error\n", "\n", "\r", "\n\n", ": \u0000\n", '{"t":', "}", "[DONE]")
        .map((text) => Buffer.from(text)),
    );
    const formats = fc.constantFrom("sse", "json_lines");
    const ends = fc.constantFrom(undefined, "[DONE]", "$..done", "{{ done }}", 2);
    fc.assert(
      fc.property(fc.array(hostile), formats, ends, cuts, (parts, response_format, done, at) => {
        const stream = done === undefined ? null : { done };
        const target = streamed({ response_format, response_mapping: { output: "$..t" }, stream });
        const body = Buffer.concat(parts);
        const { reader: _first, ...inOne } = read(target, body);
        const { reader: _second, ...inParts } = read(target, body, { cuts: at });
        expect(inParts).toEqual(inOne);
        expect(inOne.answer === null).toBe(inOne.failure !== null);
      }),
    );
  });
});

describe("faults", () => {
  it.each<[string, object, string, string, RegExp]>([
    [
      "a line that is not JSON",
      { response_format: "json_lines", ...deltas },
      '{"t":"a"}\n\n{"t":\n',
      "not_json",
      /^The line 3 of the answer is not valid JSON: \{"t":\./,
    ],
    [
      "an event that is not JSON",
      deltas,
      data({ t: "a" }, "[DONE]"),
      "not_json",
      /^The event 2 .*JSON: \[DONE\]\. If .* as the end mark/,
    ],
    ["no event at all", deltas, ": ping\n\n: ping\n\n", "empty_answer", /without a single event/],
    ["no body", deltas, "", "empty_answer", /without a single event/],
    [
      "events without a piece",
      deltas,
      data({ a: 1 }, { b: 2 }),
      "mapping_failed",
      /in the 2 events matches \$\.t .*last one has the keys: b/,
    ],
    ["pieces that are null", deltas, data({ t: null }), "empty_answer", /nothing in \$\.t/],
    [
      "too few events",
      { ...deltas, stream: { done: 3 } },
      data({ t: "a" }, { t: "b" }),
      "connection_closed",
      /only 2 events of 3 came/,
    ],
    [
      "an error event",
      deltas,
      'data: {"t":"a"}\n\nevent: error\ndata: out of tokens\n\n',
      "stream_error",
      /: out of tokens$/,
    ],
    [
      "Anthropic's error",
      deltas,
      data({ type: "error", error: { type: "overloaded_error", message: "Overloaded" } }),
      "stream_error",
      /: Overloaded$/,
    ],
    [
      "OpenAI's error",
      deltas,
      data({ t: "a" }, { error: { message: "Rate limit", code: 429 } }),
      "stream_error",
      /: Rate limit$/,
    ],
    [
      "a failed response",
      deltas,
      data({ type: "response.failed", response: { error: { message: "No" } } }),
      "stream_error",
      /: No$/,
    ],
    [
      "Ollama's error",
      { response_format: "json_lines", ...deltas },
      '{"t":"a"}\n{"error":"model not found"}\n',
      "stream_error",
      /: model not found$/,
    ],
    [
      "a template that does too much",
      { response_mapping: { output: "{% for a in range(9999) %}{{ a }}{% endfor %}" } },
      data("{}").repeat(99),
      "mapping_failed",
      /too much/,
    ],
    [
      "a path that looks at too much",
      { response_mapping: { output: "$..a" } },
      data(Array(9999).fill(0)).repeat(99),
      "mapping_failed",
      /too much/,
    ],
    [
      "an end mark that looks at too much",
      { stream: { done: "$..a" } },
      data(Array(9999).fill(0)).repeat(99),
      "mapping_failed",
      /The end mark could not be looked for/,
    ],
  ])("%s", (_name, changes, body, code, message) => {
    const { failure } = read(streamed(changes), body);
    expect(failure?.error.code).toBe(code);
    expect(failure?.error.message).toMatch(message);
  });

  it("says what came instead of a stream", () => {
    const { failure } = read(streamed(deltas), '{"t":"whole"}', { type: "application/json; charset=utf-8" });
    expect(failure?.error.message).toMatch(/did not answer with server-sent events. It sent application\/json. Ask/);
  });

  it.each<[string, Json]>([
    ["null", null],
    ["false", false],
    ["an empty text", ""],
  ])("an error that is %s is none", (_name, error) => {
    expect(read(streamed(deltas), data({ t: "a", error })).answer?.output).toBe("a");
  });

  it("hides a secret, also one that comes in pieces", () => {
    const secret = "s3cret-token";
    const inOne = read(streamed(deltas), data({ t: `It is ${secret}.` }), { secret });
    expect(inOne.answer?.output).toBe("It is ••••.");
    const cutUp = read(streamed(deltas), data({ t: "It is s3cr" }, { t: "et-token." }), { secret });
    expect(cutUp.answer?.output).toBe("It is ••••.");
    expect(cutUp.reader.answer.hidesSecret).toBe(true);
    expect(inOne.reader.answer.hidesSecret).toBe(false);
  });

  it("reads a long line that comes byte by byte in time that grows with it", () => {
    const body = data({ t: "x".repeat(300_000) });
    const config = streamed(deltas);
    const started = cpuTime();
    expect(read(config, body, { cuts: everyByte(body) }).answer?.output).toHaveLength(300_000);
    expect(cpuTime() - started).toBeLessThan(5000);
  });
});

describe("what ends an answer", () => {
  const events = data({ t: "a" }, { t: "b", last: true, state: "done" }, { t: "c" });

  it.each<[string, string | number, string]>([
    ["a number of events", 1, "a"],
    ["a path", "$.last", "ab"],
    ["a filter", "$[?@ == 'done']", "ab"],
    ["a template", '{{ state == "done" }}', "ab"],
    ["a template that is one value", "{{ last }}", "ab"],
    ["the data of an event", '{"t":"c"}', "ab"],
  ])("%s", (_name, done, output) => {
    expect(read(streamed({ ...deltas, stream: { done } }), events).answer?.output).toBe(output);
  });

  it("reads no further", () => {
    const config = streamed({ ...deltas, stream: { done: "[DONE]" } });
    const body = data({ t: "a" }, "[DONE]", { error: "late" }, "nonsense");
    expect(read(config, body, { cuts: everyByte(body) }).answer?.output).toBe("a");
  });
});
