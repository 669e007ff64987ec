import { startEndpointZoo, type EndpointZoo } from "@rhesis/testkit/endpoint-zoo";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { targetConfig, targetOutcome, type TargetConfig, type TargetOutcome } from "./schema.ts";
import { type CallOptions, createTargetClient, type TargetClient } from "./target-client.ts";

let zoo: EndpointZoo;
let client: TargetClient;
let waits: number[];
let now: number;

beforeAll(async () => {
  zoo = await startEndpointZoo();
});
afterAll(() => zoo.close());
beforeEach(() => {
  zoo.clear();
  waits = [];
  now = Date.parse("2026-01-01T00:00:00Z");
  client = createTargetClient({
    policy: { allow_loopback: true, allow_private: [] },
    clock: () => now,
    random: () => 0.5,
    sleep: (ms) => {
      waits.push(ms);
      now += ms;
      return Promise.resolve();
    },
  });
});
afterEach(() => client.close());

const output = { output: "$.output" };

function target(path: string, changes: Partial<TargetConfig> = {}): TargetConfig {
  return { ...targetConfig.parse({ url: zoo.url + path, response_mapping: output, timeout_ms: 5000 }), ...changes };
}

async function call(
  path: string,
  changes?: Partial<TargetConfig>,
  options?: CallOptions,
  secret: string | null = null,
): Promise<TargetOutcome> {
  const outcome = await client.call(target(path, changes), secret, { input: "Hello" }, options);
  expect(targetOutcome.safeParse(outcome).error).toBeUndefined();
  expect(outcome.answer === null).toBe(outcome.error !== null);
  return outcome;
}

describe("answers", () => {
  it("maps request and answer and shows both", async () => {
    const outcome = await call(
      "/chat",
      { response_mapping: { output: "$.output", context: "$.context" } },
      { idempotency_key: "run/test/1" },
    );
    expect(outcome.answer).toMatchObject({ output: "You said: Hello", context: ["zoo rules"] });
    expect(outcome.answer?.conversation_id).toMatch(/^[0-9a-f-]{36}$/);
    expect(outcome.request).toMatchObject({ method: "POST", url: `${zoo.url}/chat`, body: '{"input":"Hello"}' });
    expect(outcome.response?.status).toBe(200);
    expect(outcome.attempts).toMatchObject([
      { status: 200, error_code: null, waited_ms: 0, started_at: "2026-01-01T00:00:00.000Z" },
    ]);
    expect(outcome.latency_ms).toBeGreaterThan(0);
    const [seen] = zoo.log("/chat");
    expect(seen?.headers).toMatchObject({
      "content-type": "application/json",
      "accept-encoding": "identity",
      "idempotency-key": "run/test/1",
    });
  });

  it.each<[string, Partial<TargetConfig>, Record<string, unknown>]>([
    [
      "fills in headers and query",
      { headers: { "X-Q": "is {{ input }}" }, query: { v: "{{ input }}&1" } },
      { "headers.x-q": "is Hello", "query.v": "Hello&1" },
    ],
    [
      "puts the mapping of a GET into the query",
      { method: "GET", request_mapping: { q: "{{ input }}", n: 1, l: ["a", "b"] } },
      { "query.q": "Hello", "query.n": "1", body: "", method: "GET" },
    ],
    [
      "sends a form where the header says so",
      { headers: { "Content-Type": "application/x-www-form-urlencoded" } },
      { body: "input=Hello" },
    ],
    [
      "sends a text body",
      { request_mapping: { __body__: "say {{ input }}" } },
      { body: "say Hello", "headers.content-type": "text/plain; charset=utf-8" },
    ],
    [
      "sends a JSON body as written",
      { request_mapping: { __body__: '{"a": 1.0}' } },
      { body: '{"a": 1.0}', "headers.content-type": "application/json" },
    ],
    ["sends no body without a mapping", { request_mapping: null }, { body: "" }],
    [
      "drops headers that belong to the connection",
      { headers: { Host: "evil", "Content-Length": "3", "Accept-Encoding": "gzip" } },
      { "headers.accept-encoding": "identity" },
    ],
  ])("%s", async (_name, changes, expected) => {
    const { answer } = await call("/echo", { ...changes, response_mapping: null });
    const echoed = JSON.parse(answer?.output ?? "") as Record<string, unknown>;
    for (const [path, value] of Object.entries(expected)) {
      const [first = "", second] = path.split(".");
      const found = second === undefined ? echoed[first] : (echoed[first] as Record<string, unknown>)[second];
      expect([path, found]).toEqual([path, value]);
    }
  });

  it("sends no tenant ids", async () => {
    const outcome = await call("/echo");
    expect(JSON.stringify(outcome.request)).not.toMatch(/organization|x-user/i);
  });

  it("reads charsets, compressed answers and text without mapping", async () => {
    expect((await call("/charset")).answer?.output).toBe("café");
    expect((await call("/charset-wrong", { response_mapping: null })).answer?.output).toBe("caf\uFFFD");
    expect((await call("/gzip")).answer?.output).toBe("small");
    expect((await call("/html", { response_mapping: null })).answer?.output).toContain("Please sign in");
  });

  it("replaces what cannot be stored", async () => {
    const { answer } = await call("/nul", { response_mapping: { output: "$.output", metadata: "$" } });
    expect(answer?.output).toBe("a\uFFFDb\uFFFDc");
    expect(Object.keys(answer?.metadata ?? {})).toEqual(["output", "\uFFFDk"]);
  });
});

describe("faults", () => {
  it.each<[string, string, RegExp, Partial<TargetConfig>, number]>([
    ["/hang", "timeout", /did not answer completely within 0.15 s/, { timeout_ms: 150 }, 2],
    ["/hang-body", "timeout", /did not answer completely/, { timeout_ms: 150 }, 2],
    ["/drip", "timeout", /did not answer completely/, { timeout_ms: 250 }, 2],
    ["/500", "http_error", /error \(500 Internal Server Error\)/, {}, 4],
    ["/status/404", "http_error", /error \(404 Not Found\)/, {}, 1],
    ["/status/401", "auth_failed", /did not accept the credentials/, {}, 1],
    ["/status/408", "http_error", /408/, {}, 4],
    ["/status/425", "http_error", /425/, {}, 4],
    ["/429?times=99", "rate_limited", /too many/, {}, 4],
    ["/html", "not_json", /web page \(HTML\)/, {}, 1],
    ["/big", "too_large", /longer than 1048576 bytes/, {}, 1],
    ["/endless", "too_large", /longer than 2048 bytes/, { max_response_bytes: 2048 }, 1],
    ["/gzip-bomb", "too_large", /longer than/, {}, 1],
    ["/invalid-json", "not_json", /not valid JSON/, {}, 1],
    ["/close", "connection_closed", /closed the connection/, {}, 4],
    ["/close-body", "connection_closed", /closed the connection/, {}, 4],
    ["/redirect/4", "too_many_redirects", /more than 3 times/, {}, 1],
    ["/redirect/1", "too_many_redirects", /not followed/, { max_redirects: 0 }, 1],
    ["/empty", "empty_answer", /with nothing/, {}, 1],
    [
      "/chat",
      "mapping_failed",
      /keys: output, conversation_id, context, usage/,
      { response_mapping: { output: "$.reply" } },
      1,
    ],
    [
      "/chat",
      "mapping_failed",
      /request could not be built. The template does too much/,
      { request_mapping: { a: "{% for x in range(9999) %}{% for y in range(9999) %}{% endfor %}{% endfor %}" } },
      1,
    ],
    [
      "/chat",
      "mapping_failed",
      /header x-a would hold line breaks/,
      { headers: { "X-A": "{{ '\\r\\nHost: evil' }}" } },
      1,
    ],
  ])("%s ends as %s", async (path, code, message, changes, attempts) => {
    const outcome = await call(path, changes);
    expect(outcome.error?.code).toBe(code);
    expect(outcome.error?.message).toMatch(message);
    expect(outcome.attempts).toHaveLength(attempts);
    expect(outcome.response?.body.length ?? 0).toBeLessThanOrEqual(1_048_576);
  });

  it("tells a closed port and an unknown host apart", async () => {
    const closed = await call("/", { url: "http://127.0.0.1:1/", max_attempts: 2 });
    expect(closed.error).toEqual({
      code: "connection_failed",
      message: "Nothing accepts connections at http://127.0.0.1:1.",
    });
    const plain = await call("/", { url: zoo.url.replace("http:", "https:") });
    expect(plain.error?.message).toContain("does not speak HTTPS");
    const odd = await call("/", { url: "nonsense" });
    expect(odd.error?.message).toContain("not a web address");
  });

  it("gives the slot of a hang free and leaves others alone", async () => {
    const hangs = Array.from({ length: 20 }, () => call("/hang", { timeout_ms: 200, max_attempts: 1 }));
    const chats = Array.from({ length: 50 }, () => call("/chat"));
    const outcomes = await Promise.all([...hangs, ...chats]);
    expect(outcomes.filter(({ error }) => error?.code === "timeout")).toHaveLength(20);
    expect(outcomes.filter(({ error }) => error === null)).toHaveLength(50);
  });
});

describe("retries", () => {
  it("waits longer each time, by a random part, and ends well", async () => {
    const outcome = await call("/flaky?times=3", {}, { idempotency_key: "k" });
    expect(outcome.answer?.output).toBe("ok after all");
    expect(waits).toEqual([500, 1000, 2000]);
    expect(outcome.attempts.map(({ waited_ms }) => waited_ms)).toEqual([0, 500, 1000, 2000]);
    expect(outcome.attempts.map(({ status }) => status)).toEqual([503, 503, 503, 200]);
    expect(zoo.log("/flaky").map(({ idempotency_key }) => idempotency_key)).toEqual(["k", "k", "k", "k"]);
  });

  it.each([
    ["7", 7500],
    ["100000", 120_500],
    ["Thu, 01 Jan 2026 00:00:40 GMT", 40_500],
    ["Thu, 01 Jan 2015 00:00:40 GMT", 500],
    ["soon", 500],
    ["-5", 500],
  ])("honours Retry-After %s", async (after, wait) => {
    const outcome = await call(`/429?times=1&after=${encodeURIComponent(after)}`);
    expect(outcome.error).toBeNull();
    expect(waits).toEqual([wait]);
  });

  it("never waits longer than 30 seconds of its own accord", async () => {
    await call("/500", { max_attempts: 10 });
    expect(waits).toEqual([500, 1000, 2000, 4000, 8000, 15_000, 15_000, 15_000, 15_000]);
  });

  it("counts attempts before they are made, prior ones included", async () => {
    const numbers: number[] = [];
    const on_attempt = (n: number): void => void numbers.push(n, zoo.calls());
    await call("/500", {}, { prior_attempts: 2, on_attempt });
    expect(numbers).toEqual([3, 0, 4, 1]);
    const never = await call("/500", {}, { prior_attempts: 4, on_attempt });
    expect(never.error).toMatchObject({ code: "attempts_exhausted" });
    expect(never.attempts).toEqual([]);
    expect(zoo.calls()).toBe(2);
    await call("/500", {}, { max_attempts: 1 });
    expect(zoo.calls()).toBe(3);
  });
});

describe("cancelling", () => {
  it("ends a call under way at once, and the connection with it", async () => {
    const started = performance.now();
    const outcome = await call("/hang", { timeout_ms: 60_000 }, { signal: AbortSignal.timeout(100) });
    expect(outcome.error?.code).toBe("cancelled");
    expect(performance.now() - started).toBeLessThan(5000);
  });

  it("makes no call when cancelled before", async () => {
    expect((await call("/chat", {}, { signal: AbortSignal.abort() })).error?.code).toBe("cancelled");
    expect(zoo.calls()).toBe(0);
  });

  it("ends a wait between attempts", async () => {
    const waiting = createTargetClient({ policy: { allow_loopback: true, allow_private: [] } });
    const started = performance.now();
    const outcome = await waiting.call(
      target("/429?times=9&after=100"),
      null,
      { input: "x" },
      { signal: AbortSignal.timeout(200) },
    );
    expect(outcome.error?.code).toBe("cancelled");
    expect(outcome.attempts).toMatchObject([{ error_code: "rate_limited" }]);
    expect(performance.now() - started).toBeLessThan(5000);
    await waiting.close();
  });

  it("ends calls under way when the client closes", async () => {
    const pending = call("/hang", { timeout_ms: 60_000 });
    await expect.poll(() => zoo.calls("/hang")).toBe(1);
    await client.close();
    expect((await pending).error?.code).toBe("cancelled");
  });

  it("shares one signal among many calls without a warning", async () => {
    const warnings: Error[] = [];
    const onWarning = (warning: Error): void => void warnings.push(warning);
    process.on("warning", onWarning);
    const { signal } = new AbortController();
    await Promise.all(Array.from({ length: 200 }, () => call("/chat", {}, { signal })));
    process.off("warning", onWarning);
    expect(warnings).toEqual([]);
  });
});
