import { startEndpointZoo, type EndpointZoo } from "@rhesis/testkit/endpoint-zoo";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { targetConfig, targetOutcome, type TargetConfig, type TargetOutcome } from "./schema.ts";
import { type CallOptions, createTargetClient, type TargetClient } from "./target-client.ts";

let zoo: EndpointZoo;
let client: TargetClient;
let waits: number[];

beforeAll(async () => {
  zoo = await startEndpointZoo();
});
afterAll(() => zoo.close());
beforeEach(() => {
  zoo.clear();
  waits = [];
  client = createTargetClient({
    policy: { allow_loopback: true, allow_private: [] },
    random: () => 0.5,
    sleep: (ms) => {
      waits.push(ms);
      return Promise.resolve();
    },
  });
});
afterEach(() => client.close());

const defaults = {
  protocol: "websocket",
  request_mapping: { __body__: "{{ input }}" },
  response_mapping: { output: "$.content" },
  stream: { done: "{{ message == 'response ended' }}" },
  timeout_ms: 5000,
};

async function call(
  path: string,
  changes: object = {},
  { secret = null, ...options }: CallOptions & { secret?: string | null } = {},
): Promise<TargetOutcome> {
  const config: TargetConfig = targetConfig.parse({ url: zoo.socket_url + path, ...defaults, ...changes });
  const outcome = await client.call(config, secret, { input: "Hello zebra" }, options);
  expect(targetOutcome.safeParse(outcome).error).toBeUndefined();
  expect(outcome.answer === null).toBe(outcome.error !== null);
  return outcome;
}

describe("answers", () => {
  it("sends one message, joins what comes back and shows both", async () => {
    const outcome = await call("/ws/echo?ms=10", {}, { idempotency_key: "run/test/1" });
    expect(outcome.answer).toMatchObject({ output: "You said: Hello zebra", conversation_id: "w-1" });
    expect(outcome.request).toMatchObject({
      method: "GET",
      url: `${zoo.socket_url}/ws/echo?ms=10`,
      body: "Hello zebra",
      headers: { "idempotency-key": "run/test/1" },
    });
    expect(outcome.response?.status).toBe(101);
    expect(outcome.response?.headers).toMatchObject({ upgrade: "websocket" });
    expect(outcome.response?.body.split("\n")).toHaveLength(5);
    expect(outcome.attempts).toMatchObject([{ status: 101, error_code: null, event_count: 5 }]);
    expect(outcome.latency_ms).toBeGreaterThan((outcome.first_byte_ms ?? Number.POSITIVE_INFINITY) + 20);
    expect(zoo.log("/ws/echo")).toMatchObject([{ body: "Hello zebra", idempotency_key: "run/test/1" }]);
  });

  it.each<[string, string, object, string]>([
    [
      "JSON as the first message",
      "/ws/echo",
      { request_mapping: { q: "{{ input }}" } },
      'You said: {"q":"Hello zebra"}',
    ],
    [
      "text as the first message",
      "/ws/echo",
      { request_mapping: { __body__: "say {{ input }}" } },
      "You said: say Hello zebra",
    ],
    ["an application that speaks first", "/ws/echo?first", { request_mapping: null }, "You said: "],
    [
      "text, until the connection is closed",
      "/ws/text",
      { response_format: "text", response_mapping: null, stream: null },
      "Plain text 🦓",
    ],
    ["a number of messages", "/ws/echo", { stream: { done: 2 } }, "You said: "],
    ["the last message only", "/ws/echo", { stream: { done: 4, join: "last" } }, "zebra"],
    ["messages in bytes", "/ws/binary", {}, "in bytes"],
    ["an end without a code", "/ws/close?code=1005&after=2", { stream: null }, "half half "],
    ["an end as it should be", "/ws/close?code=1000&after=1", { stream: null }, "half "],
    ["what cannot be stored", "/ws/nul", {}, "a\uFFFD\uFFFDb"],
  ])("%s", async (_name, path, changes, output) => {
    expect((await call(path, changes)).answer?.output).toBe(output);
  });

  it("asks for a subprotocol", async () => {
    await call("/ws/echo", { subprotocol: "zoo.v1" });
    expect(zoo.log("/ws/echo")[0]?.headers["sec-websocket-protocol"]).toBe("zoo.v1");
    const { error } = await call("/ws/echo", { subprotocol: "other.v1" });
    expect(error?.code).toBe("connection_failed");
    expect(error?.message).toMatch(/does not speak the subprotocol other.v1/);
  });

  it("signs in as over HTTP, and hides how", async () => {
    const ways: [object, (headers: Record<string, string>, query: URLSearchParams) => unknown][] = [
      [{ type: "bearer" }, (headers) => headers["authorization"]],
      [{ type: "api_key", in: "header", name: "X-Key" }, (headers) => headers["x-key"]],
      [{ type: "api_key", in: "query", name: "key" }, (_headers, query) => query.get("key")],
    ];
    for (const [auth, given] of ways) {
      zoo.clear();
      const outcome = await call(
        "/ws/echo",
        { auth, headers: { "X-Other": "{{ input }}" } },
        { secret: "zoo-token-1" },
      );
      const [seen] = zoo.log();
      expect(given(seen?.headers ?? {}, seen?.query ?? new URLSearchParams())).toMatch(/zoo-token-1$/);
      expect(seen?.headers["x-other"]).toBe("Hello zebra");
      expect(JSON.stringify(outcome)).not.toContain("zoo-token-1");
    }
    const auth = { type: "client_credentials", token_url: `${zoo.url}/oauth/token`, client_id: "zoo" };
    expect((await call("/ws/echo", { auth }, { secret: "zoo-secret" })).error).toBeNull();
    expect(zoo.log("/ws/echo").at(-1)?.headers["authorization"]).toMatch(/^Bearer zoo-token-/);
  });

  it("leaves to the connection what belongs to it", async () => {
    const headers = { Host: "evil", "Sec-WebSocket-Key": "evil", "Sec-WebSocket-Protocol": "evil", Upgrade: "evil" };
    expect((await call("/ws/echo", { headers })).error).toBeNull();
    expect(JSON.stringify(zoo.log("/ws/echo")[0]?.headers)).not.toContain("evil");
  });
});

describe("faults", () => {
  it.each<[string, string, RegExp, object, number]>([
    ["/ws/never", "timeout", /within 0.2 s\. No message came until then\.$/, { timeout_ms: 200 }, 2],
    [
      "/ws/echo",
      "timeout",
      /within 0.2 s\. 5 messages came until then, but not its end mark\. If/,
      { timeout_ms: 200, stream: { done: "[DONE]" } },
      1,
    ],
    ["/ws-hang", "timeout", /within 0.2 s/, { timeout_ms: 200 }, 2],
    ["/ws/error", "stream_error", /: Overloaded$/, {}, 1],
    ["/ws/garbage", "not_json", /^The message 2 of the answer is not valid JSON/, {}, 1],
    ["/ws/not-utf8", "connection_closed", /broke the rules.*INVALID_UTF8/, {}, 2],
    ["/ws/big", "too_large", /longer than 1048576 bytes/, {}, 1],
    ["/ws/endless", "too_large", /longer than 65536 bytes/, { max_response_bytes: 65_536 }, 1],
    ["/ws/empty", "too_large", /longer than 2048 bytes/, { max_response_bytes: 2048 }, 1],
    ["/ws/close?code=1000", "empty_answer", /without a single message/, {}, 1],
    ["/ws/close?code=1000&after=2", "connection_closed", /too early: 2 messages came, and the end mark/, {}, 1],
    ["/ws/close?code=1006", "connection_closed", /without saying why.*\(code 1006\)/, {}, 4],
    ["/ws/close?code=1006&after=1", "connection_closed", /without saying why/, { stream: null }, 1],
    [
      "/ws/close?code=1008&reason=no%20token",
      "connection_closed",
      /against its rules.*\(code 1008\), and says: no token\.$/,
      {},
      1,
    ],
    ["/ws/close?code=1011", "connection_closed", /something went wrong on its side/, {}, 4],
    ["/ws/close?code=1013&after=1", "connection_closed", /try again later/, {}, 1],
    ["/ws/close?code=4321", "connection_closed", /a reason of its own \(code 4321\)/, {}, 2],
    ["/ws-reset", "connection_closed", /closed the connection/, {}, 4],
    ["/ws-garbage", "connection_failed", /not HTTP/, {}, 4],
    [
      "/ws-wrong-key",
      "connection_failed",
      /did not open the WebSocket as it should: Invalid Sec-WebSocket-Accept/,
      {},
      1,
    ],
    ["/ws-status/200", "connection_failed", /like a web page \(200 OK\) instead of opening a WebSocket/, {}, 1],
    ["/ws-status/401", "auth_failed", /credentials/, {}, 1],
    ["/ws-status/404", "http_error", /404 Not Found/, {}, 1],
    ["/ws-status/503", "http_error", /503/, {}, 4],
    ["/ws-status/429?after=7", "rate_limited", /too many/, { max_attempts: 2 }, 2],
    ["/ws-redirect", "too_many_redirects", /another address \(307 .*does not follow/, {}, 1],
    [
      "/ws/echo",
      "mapping_failed",
      /matches \$\.nope .*last one has the keys: message/,
      { response_mapping: { output: "$.nope" } },
      1,
    ],
  ])("%s ends as %s", async (path, code, message, changes, attempts) => {
    const outcome = await call(path, changes);
    expect(outcome.error?.code).toBe(code);
    expect(outcome.error?.message).toMatch(message);
    expect(outcome.attempts).toHaveLength(attempts);
    expect(outcome.response?.body.length ?? 0).toBeLessThanOrEqual(1_048_576);
  });

  it("shows what came before it failed, and what came instead of a WebSocket", async () => {
    expect((await call("/ws/error")).response?.body).toMatch(/^\{"content":"half "\}\n\{"type":"error"/);
    expect((await call("/ws-status/404")).response).toMatchObject({ status: 404, body: '{"error":"as asked"}' });
  });

  it("waits as long as it is asked to", async () => {
    await call("/ws-status/429?after=7", { max_attempts: 2 });
    expect(waits).toEqual([7500]);
  });

  it("tells a closed port, an unknown host and a plain server apart", async () => {
    const closed = await call("", { url: "ws://127.0.0.1:1/", max_attempts: 1 });
    expect(closed.error?.message).toBe("Nothing accepts connections at ws://127.0.0.1:1.");
    const plain = await call("", { url: zoo.socket_url.replace("ws:", "wss:"), max_attempts: 1 });
    expect(plain.error?.message).toContain("does not speak HTTPS");
    const unsendable = await call("/ws/echo", { headers: { "X-Name": "Zoë 🦓" } });
    expect(unsendable.error?.message).toMatch(/header that cannot be sent/);
    const web = await call("", { url: zoo.url });
    expect(web.error?.message).toMatch(/not one of a WebSocket/);
  });
});

describe("cancelling", () => {
  it("ends a conversation under way at once", async () => {
    for (const path of ["/ws/never", "/ws-hang"]) {
      const outcome = await call(path, { timeout_ms: 60_000 }, { signal: AbortSignal.timeout(100) });
      expect(outcome.error?.code).toBe("cancelled");
    }
    expect((await call("/ws/echo", {}, { signal: AbortSignal.abort() })).error?.code).toBe("cancelled");
    expect(zoo.calls("/ws/echo")).toBe(0);
  });

  it("ends conversations when the client closes", async () => {
    const pending = ["/ws/never", "/ws-hang"].map((path) => call(path, { timeout_ms: 60_000 }));
    await expect.poll(() => zoo.calls()).toBe(2);
    await client.close();
    for (const outcome of await Promise.all(pending)) expect(outcome.error?.code).toBe("cancelled");
  });
});
