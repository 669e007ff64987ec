import { readFileSync } from "node:fs";
import { cpuTime } from "@rhesis/testkit/cpu-time";
import { streamShapes } from "@rhesis/testkit/stream-shapes";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { findAll } from "../json-path.ts";
import { checkConfig } from "../target/check-config.ts";
import { checkMappings, mapResponse } from "../target/map-response.ts";
import { responseMapping, targetConfig, type Json, type ResponseMapping } from "../target/schema.ts";
import type { StreamResult } from "../target/stream-answer.ts";
import { StreamReader } from "../target/stream-reader.ts";
import { proposeFromAnswer } from "./example-answer.ts";
import { pathOf } from "./path-of.ts";
import { ProposalError } from "./proposal-error.ts";
import { longestSource, type ExampleProposal } from "./schema.ts";

type Case = {
  name: string;
  answer: Json;
  /** Read as JSON in one piece, unless it says otherwise. */
  proposal?: Pick<ExampleProposal, "format" | "notes"> & {
    response_mapping: ResponseMapping | null;
    response_format?: ExampleProposal["response_format"];
    stream?: ExampleProposal["stream"];
    /** The paths of every field that has more than one. */
    others?: { [field: string]: string[] };
  };
  refused?: string;
};

const file = new URL("./corpus/example-answers.json", import.meta.url);
const cases = JSON.parse(readFileSync(file, "utf8")) as Case[];

describe("an example answer", () => {
  it.each(cases.map((one): [string, Case] => [one.name, one]))("%s", (_, { answer, proposal, refused }) => {
    const text = typeof answer === "string" ? answer : JSON.stringify(answer, null, 2);
    if (proposal === undefined) {
      expect(() => proposeFromAnswer(text)).toThrow(new ProposalError(refused));
      return;
    }
    const { type, places, ...rest } = proposeFromAnswer(text);
    const several = Object.entries(places).filter(([, found]) => found.length > 1);
    const others = Object.fromEntries(several.map(([field, found]) => [field, found.map(({ path }) => path)]));
    const usual = { type: "example", response_format: "json", stream: null, others: {} };
    expect({ type, ...rest, others }).toEqual({ ...usual, ...proposal });
  });

  it("is read as it was proposed", () => {
    for (const { name, answer, proposal } of cases) {
      if (typeof answer !== "object" || proposal === undefined || proposal.response_mapping === null) continue;
      const { output } = mapResponse(proposal.response_mapping, answer);
      expect({ name, output }).toEqual({ name, output: expect.stringMatching(/./) });
    }
  });

  it("in pieces is read as it was proposed, whole and up to its end", () => {
    for (const [name, shape] of Object.entries(streamShapes)) {
      const { proposal, result } = readAsProposed(shape.body);
      expect({ name, output: result?.answer?.output }).toEqual({ name, output: shape.answer.output });
      expect({ name, format: proposal.response_format }).toEqual({ name, format: shape.config.response_format });
      const marksItsEnd = name !== "plain" && name !== "growing";
      expect({ name, marks: proposal.stream?.done !== undefined }).toEqual({ name, marks: marksItsEnd });
    }
  });
});

/** A proposal, and what a target that is read by it makes of the same text. */
function readAsProposed(text: string): { proposal: ExampleProposal; result: StreamResult | null } {
  const proposal = proposeFromAnswer(text);
  const { response_format, response_mapping, stream } = proposal;
  if (response_format !== "sse" && response_format !== "json_lines") return { proposal, result: null };
  const config = targetConfig.parse({ url: "https://bot.example/", response_format, response_mapping, stream });
  expect(checkConfig(config)).toEqual([]);
  const reader = new StreamReader(config, (shown) => shown);
  reader.begin(200, {});
  reader.take(Buffer.from(text));
  return { proposal, result: reader.result(text, "text/event-stream") };
}

/** What holds of every proposal, whatever was pasted. */
function expectUsable(text: string): void {
  let proposal;
  try {
    ({ proposal } = readAsProposed(text));
  } catch (error) {
    expect(error).toBeInstanceOf(ProposalError);
    return;
  }
  const { response_mapping, places, format } = proposal;
  for (const { sample, reason } of Object.values(places).flat()) {
    expect(sample.length).toBeLessThanOrEqual(201);
    expect(reason).not.toBe("");
  }
  if (response_mapping === null || format !== "json") return;
  expect(responseMapping.parse(response_mapping)).toEqual(response_mapping);
  expect(checkMappings({ request_mapping: null, response_mapping })).toEqual([]);
  expect(mapResponse(response_mapping, JSON.parse(text) as Json).output).toBeTypeOf("string");
}

describe("whatever is pasted", () => {
  it("is a usable proposal or refused with a word", () => {
    const key = fc.constantFrom(
      ..."answer,text,content,messages,sources,id,session_id,usage,tool_calls,role,type,event,delta,done".split(","),
    );
    const { json } = fc.letrec((tie) => ({
      json: fc.oneof(
        { maxDepth: 5, depthSize: "small" },
        fc.string(),
        fc.constantFrom<Json>(null, true, 0, "", "a b", "user", "assistant", "ai"),
        fc.array(tie("json"), { maxLength: 4 }),
        fc.dictionary(fc.oneof(key, fc.string()), tie("json"), { maxKeys: 5 }),
      ),
    }));
    const type = fc.constantFrom("", "event: message\n", "event: end\n", "event: $\n", "event: {{ a\n");
    const data = fc.oneof(
      json.map((value) => JSON.stringify(value)),
      fc.constantFrom("[DONE]", "word", "$", "{{ x }}", '{"cut'),
    );
    const event = fc.tuple(type, data).map(([named, text]) => `${named}data: ${text}\n\n`);
    fc.assert(
      fc.property(
        fc.oneof(
          json.map((value) => JSON.stringify(value)),
          fc.string(),
          fc
            .array(json, { maxLength: 5 })
            .map((values) => values.map((value) => `${JSON.stringify(value)}\n`).join("")),
          fc.array(event, { maxLength: 5 }).map((events) => events.join("")),
        ),
        expectUsable,
      ),
      { numRuns: 3000 },
    );
  });

  const long = longestSource.example - 100;
  it.each([
    ["depth", `${"[".repeat(long / 2)}${"]".repeat(long / 2)}`],
    ["width", `[${'{"a":"b c"},'.repeat(long / 12)}1]`],
    ["turns", `[${'{"role":"user","content":"b c"},'.repeat(long / 32)}{"role":"assistant","content":"x"}]`],
    ["keys", `{${Array.from({ length: long / 20 }, (_, nr) => `"k${nr}":"a b"`).join(",")}}`],
    ["sources", `{"sources":[${'{"a":{"b":{"c":1}}},'.repeat(long / 20)}1]}`],
    ["groups of sources", `{${Array.from({ length: long / 30 }, (_, nr) => `"k${nr}":{"sources":["a"]}`).join(",")}}`],
    ["a long key", `{"${"a'".repeat(long / 2)}":"x y"}`],
    ["headers", "HTTP/1.1 200 OK\r\n".repeat(long / 17)],
    ["headers that end", "HTTP/1.1 200 OK\r\n\r\n".repeat(long / 19)],
    ["lines", '{"a":1}\n'.repeat(long / 8)],
    ["events", `data: ${"{".repeat(long)}`],
    ["many events", 'data: {"a":"b c"}\n\n'.repeat(long / 20)],
    ["wide events", `data: [${'{"text":"b c","type":"x"},'.repeat(long / 26)}1]\n\n`],
    [
      "events with many names",
      `data: {${Array.from({ length: long / 20 }, (_, nr) => `"k${nr}":"a b"`).join(",")}}\n\n`,
    ],
    ["line breaks", "\n".repeat(long)],
    ["braces", "{".repeat(long)],
  ])("is read in time: %s", (_, text) => {
    const before = cpuTime();
    expectUsable(text);
    expect(cpuTime() - before).toBeLessThan(1500);
  });
});

it("a path finds what it was made for, whatever the names", () => {
  const name = fc.oneof(fc.string(), fc.string({ unit: "binary" }), fc.constantFrom("'", "\\", '"', "\u2028"));
  const whole = name.filter((text) => text.isWellFormed() && text !== "__proto__" && !/\p{Cc}/u.test(text));
  fc.assert(
    fc.property(fc.array(whole, { minLength: 1, maxLength: 4 }), (names) => {
      const document = names.reduceRight<Json>((inside, key) => ({ [key]: [inside, "other"] }), "here");
      const steps = names.flatMap((key): (string | number)[] => [key, 0]);
      expect(findAll(pathOf(steps), document)).toEqual(["here"]);
    }),
    { numRuns: 1000 },
  );
});
