import { startEndpointZoo, type EndpointZoo } from "@rhesis/testkit/endpoint-zoo";
import { streamShapes, type StreamShape } from "@rhesis/testkit/stream-shapes";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { targetConfig, targetOutcome, type TargetConfig, type TargetOutcome } from "./schema.ts";
import { type CallOptions, createTargetClient, type TargetClient } from "./target-client.ts";

let zoo: EndpointZoo;
let client: TargetClient;

beforeAll(async () => {
  zoo = await startEndpointZoo();
});
afterAll(() => zoo.close());
beforeEach(() => {
  zoo.clear();
  client = createTargetClient({
    policy: { allow_loopback: true, allow_private: [] },
    sleep: () => Promise.resolve(),
  });
});
afterEach(() => client.close());

const shapes: [string, StreamShape][] = Object.entries(streamShapes);
const { openai } = streamShapes;

type Way = { changes?: Partial<TargetConfig>; options?: CallOptions; secret?: string; input?: string };

async function call(path: string, shape: StreamShape = openai, way: Way = {}): Promise<TargetOutcome> {
  const config = targetConfig.parse({ timeout_ms: 10_000, ...shape.config, url: zoo.url + path, ...way.changes });
  const outcome = await client.call(config, way.secret ?? null, { input: way.input ?? "Hello" }, way.options);
  expect(targetOutcome.safeParse(outcome).error).toBeUndefined();
  expect(outcome.answer === null).toBe(outcome.error !== null);
  return outcome;
}

describe("streams", () => {
  it.each(shapes)("reads the shape %s, at once and byte by byte", async (name, shape) => {
    for (const query of ["", "?bytes=1"]) {
      const outcome = await call(`/stream/${name}${query}`, shape);
      expect(outcome.error).toBeNull();
      expect(outcome.answer).toMatchObject(shape.answer);
      expect(outcome.response?.body.trimEnd()).toBe(shape.body.trimEnd());
    }
  });

  it("asks for a stream", async () => {
    await call("/stream/openai");
    await call("/stream/ollama", streamShapes.ollama);
    expect(zoo.log().map(({ headers }) => headers["accept"])).toEqual([
      "text/event-stream, */*",
      "application/x-ndjson, application/json, */*",
    ]);
  });

  it("says when the first piece came, and when the last", async () => {
    const outcome = await call("/stream/openai?bytes=150&ms=20");
    const [attempt] = outcome.attempts;
    expect(outcome.first_byte_ms).toBe(attempt?.first_byte_ms);
    expect(attempt?.event_count).toBe(11);
    expect(outcome.first_byte_ms).toBeGreaterThan(0);
    expect(outcome.latency_ms).toBeGreaterThan((outcome.first_byte_ms ?? 0) + 60);
    expect(
      (await call("/chat", openai, { changes: { response_format: "json", response_mapping: null } })).first_byte_ms,
    ).toBeGreaterThan(0);
    expect((await call("/hang", openai, { changes: { timeout_ms: 100, max_attempts: 1 } })).first_byte_ms).toBeNull();
  });

  it("is done at the end mark, though the response stays open", async () => {
    const started = performance.now();
    expect((await call("/stream/openai?then=open")).answer).toMatchObject(openai.answer);
    expect(performance.now() - started).toBeLessThan(5000);
  });

  it("keeps the connection where the response ends soon after its end mark", async () => {
    const before = zoo.connections();
    for (let n = 0; n < 5; n++) await call(`/stream/openai?bytes=100`);
    expect(zoo.connections() - before).toBeLessThanOrEqual(2);
  });

  it("reads a compressed stream when it is complete", async () => {
    expect((await call("/sse-gzip")).answer).toMatchObject(openai.answer);
  });

  it("hides a secret that the application says back in pieces", async () => {
    const changes: Partial<TargetConfig> = {
      auth: { type: "bearer" },
      request_mapping: { __body__: "It is s3cret token, is it not?" },
    };
    const outcome = await call("/sse-echo", openai, { changes, secret: "s3cret token" });
    expect(outcome.answer?.output).toBe("It is ••••, is it not?");
    expect(outcome.response?.body).toMatch(/^•••• The pieces of this answer make up a secret/);
    expect(JSON.stringify(outcome)).not.toContain("s3cret");
  });

  it("reads text as text, also where it is JSON", async () => {
    const changes: Partial<TargetConfig> = { response_format: "text", response_mapping: null, stream: null };
    const outcome = await call("/openai", openai, { changes });
    expect(outcome.answer?.output).toBe(outcome.response?.body);
    const mapped = { ...changes, response_mapping: { output: "{{ response | upper }}" } };
    expect((await call("/openai", openai, { changes: mapped })).answer?.output).toBe(
      outcome.response?.body.toUpperCase(),
    );
  });
});

describe("streams that fail", () => {
  it.each<[string, string, RegExp, Partial<TargetConfig>, number]>([
    ["/stream/openai?share=0.6", "connection_closed", /too early, in the middle of event 6/, {}, 2],
    ["/stream/openai?share=0.6&then=reset", "connection_closed", /closed the connection/, {}, 4],
    ["/stream/openai?share=0.6&then=error", "stream_error", /: Overloaded$/, {}, 2],
    [
      "/stream/openai?share=0.6&then=open",
      "timeout",
      /within 0.2 s. \d+ events came until then, but not/,
      { timeout_ms: 200 },
      2,
    ],
    ["/sse-silent", "timeout", /within 0.2 s. No event came until then\.$/, { timeout_ms: 200 }, 2],
    ["/sse-endless", "too_large", /longer than 65536 bytes/, { max_response_bytes: 65_536 }, 1],
    ["/stream/ollama", "mapping_failed", /It sent application\/x-ndjson/, {}, 1],
    [
      "/stream/openai",
      "not_json",
      /^The line 1 of the answer is not valid JSON: : waiting/,
      { response_format: "json_lines" },
      1,
    ],
    ["/html", "mapping_failed", /It sent text\/html/, {}, 1],
    ["/429?times=9", "rate_limited", /too many/, {}, 4],
    ["/status/401", "auth_failed", /credentials/, {}, 1],
    ["/empty", "empty_answer", /without a single event/, {}, 1],
  ])("%s ends as %s", async (path, code, message, changes, attempts) => {
    const outcome = await call(path, openai, { changes });
    expect(outcome.error?.code).toBe(code);
    expect(outcome.error?.message).toMatch(message);
    expect(outcome.attempts).toHaveLength(attempts);
    expect(outcome.response?.body.length).toBeLessThanOrEqual(1_048_576);
  });

  it("shows what came until it failed", async () => {
    for (const then of ["end", "reset", "open"]) {
      const changes = { timeout_ms: 300, max_attempts: 1 };
      const { response, attempts } = await call(`/stream/openai?share=0.6&then=${then}`, openai, { changes });
      expect(response?.body).toBe(openai.body.slice(0, response?.body.length));
      expect(response?.body.length).toBeGreaterThan(100);
      expect(attempts).toMatchObject([{ status: 200, first_byte_ms: expect.any(Number) }]);
    }
  });

  it("ends at once when it is cancelled, or its client closed", async () => {
    const options = { signal: AbortSignal.timeout(100) };
    expect((await call("/sse-silent", openai, { options })).error?.code).toBe("cancelled");
    const pending = call("/sse-silent");
    await expect.poll(() => zoo.calls("/sse-silent")).toBe(2);
    await client.close();
    expect((await pending).error?.code).toBe("cancelled");
  });
});
