import { startEndpointZoo, type EndpointZoo, type ZooCall } from "@rhesis/testkit/endpoint-zoo";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { mask } from "./redact.ts";
import { targetConfig, type TargetAuth, type TargetConfig, type TargetOutcome } from "./schema.ts";
import { createTargetClient, type TargetClient } from "./target-client.ts";

const secret = 'top/secret "key"+1';
let zoo: EndpointZoo;
let client: TargetClient;
let now = 0;

beforeAll(async () => {
  zoo = await startEndpointZoo();
});
afterAll(() => zoo.close());
beforeEach(() => {
  zoo.clear();
  now = Date.parse("2026-01-01T00:00:00Z");
  client = createTargetClient({
    policy: { allow_loopback: true, allow_private: [] },
    clock: () => now,
    sleep: () => Promise.resolve(),
  });
});
afterEach(() => client.close());

function target(path: string, auth: TargetAuth, changes: Partial<TargetConfig> = {}): TargetConfig {
  return { ...targetConfig.parse({ url: zoo.url + path, auth }), ...changes };
}

function oauth(query = ""): TargetAuth {
  return { type: "client_credentials", token_url: `${zoo.url}/oauth/token${query}`, client_id: "zoo", scope: "chat" };
}

/** Nothing a person or a database gets to see may hold the secret, in any of its spellings. */
function expectHidden(outcome: TargetOutcome, ...secrets: string[]): void {
  const text = JSON.stringify(outcome);
  for (const value of secrets) {
    const spellings = [
      value,
      JSON.stringify(value).slice(1, -1),
      encodeURIComponent(value),
      new URLSearchParams({ v: value }).toString().slice(2),
    ];
    for (const spelling of [...spellings, ...spellings.map((spelt) => JSON.stringify(spelt).slice(1, -1))])
      expect(text).not.toContain(spelling);
  }
}

const kinds: [name: string, auth: TargetAuth, where: (call?: ZooCall) => string | null | undefined][] = [
  ["bearer", { type: "bearer" }, (call) => call?.headers["authorization"]?.replace("Bearer ", "")],
  [
    "an API key in a header",
    { type: "api_key", in: "header", name: "X-Shop-Key" },
    (call) => call?.headers["x-shop-key"],
  ],
  ["an API key in the query", { type: "api_key", in: "query", name: "key" }, (call) => call?.query.get("key")],
];

describe("secrets", () => {
  it.each(kinds)("sends %s and never shows it, not even where the target echoes it", async (_name, auth, where) => {
    const config = target("/echo", auth, {
      query: { a: "1" },
      headers: { "X-Copy": secret },
      request_mapping: { input: "{{ input }}", copy: secret },
    });
    const outcome = await client.call(config, secret, { input: `my key is ${secret}` });
    expect(outcome.error).toBeNull();
    const [seen] = zoo.log("/echo");
    expect(where(seen)).toBe(secret);
    expect(JSON.stringify(outcome.request)).toContain(mask);
    expectHidden(outcome, secret);
  });

  it.each(kinds)("does not take %s to another origin", async (_name, auth) => {
    const headers = { Cookie: "session=1", "X-Api-Key": "abc", "X-Plain": "stays" };
    const outcome = await client.call(target("/redirect-cross", auth, { headers }), secret, { input: "x" });
    expect(outcome.request?.url).toBe(`${zoo.sister}/echo`);
    const [seen] = zoo.log("/echo");
    expect(seen?.headers).toMatchObject({ "x-plain": "stays" });
    for (const name of ["authorization", "cookie", "x-api-key", "x-shop-key"])
      expect(seen?.headers).not.toHaveProperty(name);
    expect(JSON.stringify([...(seen?.query ?? [])])).not.toContain("secret");
    expectHidden(outcome, secret);
  });

  it("keeps them within one origin", async () => {
    await client.call(target("/redirect/2", { type: "bearer" }), secret, { input: "x" });
    expect(zoo.log("/echo")[0]?.headers["authorization"]).toBe(`Bearer ${secret}`);
  });

  it.each([
    [301, "GET", ""],
    [302, "GET", ""],
    [303, "GET", ""],
    [307, "POST", '{"input":"x"}'],
    [308, "POST", '{"input":"x"}'],
  ])("follows %i with %s", async (status, method, body) => {
    await client.call(target(`/redirect/1?status=${status}`, { type: "none" }), null, { input: "x" });
    expect(zoo.log("/echo")[0]).toMatchObject({ method, body });
  });

  it("says when none is stored or it cannot be sent", async () => {
    const none = await client.call(target("/echo", { type: "bearer" }), null, { input: "x" });
    expect(none.error).toMatchObject({ code: "auth_failed", message: expect.stringContaining("is stored") as string });
    const broken = await client.call(target("/echo", { type: "bearer" }), "two\r\nlines", { input: "x" });
    expect(broken.error).toMatchObject({ code: "auth_failed" });
    expect(zoo.calls()).toBe(0);
  });
});

describe("client credentials", () => {
  it("gets one token for many calls, also when they begin together", async () => {
    const config = target("/protected", oauth());
    const outcomes = await Promise.all(
      Array.from({ length: 30 }, () => client.call(config, "zoo-secret", { input: "x" })),
    );
    expect(outcomes.every(({ error }) => error === null)).toBe(true);
    expect(zoo.calls("/oauth/token")).toBe(1);
    expect(new URLSearchParams(zoo.log("/oauth/token")[0]?.body).get("scope")).toBe("chat");
    expect(JSON.stringify(outcomes)).not.toMatch(/zoo-token-|zoo-secret/);
  });

  it("renews a token shortly before it expires", async () => {
    const config = target("/protected", oauth("?life=600"));
    for (const [seconds, tokens] of [
      [0, 1],
      [500, 1],
      [541, 2],
    ] as const) {
      now = Date.parse("2026-01-01T00:00:00Z") + seconds * 1000;
      await client.call(config, "zoo-secret", { input: "x" });
      expect(zoo.calls("/oauth/token")).toBe(tokens);
    }
  });

  it("renews a refused token once", async () => {
    const config = target("/protected", oauth(), { max_attempts: 1 });
    await client.call(config, "zoo-secret", { input: "x" });
    zoo.revokeTokens();
    const renewed = await client.call(config, "zoo-secret", { input: "x" });
    expect(renewed.error).toBeNull();
    expect(renewed.attempts.map(({ status }) => status)).toEqual([401, 200]);
    const hopeless = await client.call({ ...config, url: `${zoo.url}/status/401` }, "zoo-secret", { input: "x" });
    expect(hopeless.error?.code).toBe("auth_failed");
    expect(hopeless.attempts).toHaveLength(2);
  });

  it("also knows servers that read the secret from the body", async () => {
    const config = target("/protected", oauth("?style=post"));
    expect((await client.call(config, "zoo-secret", { input: "x" })).error).toBeNull();
    expect(zoo.log("/oauth/token").map(({ headers }) => "authorization" in headers)).toEqual([true, false]);
  });

  it("keeps tokens of different clients apart", async () => {
    const first = await client.call(target("/protected", oauth()), "zoo-secret", { input: "x" });
    expect(first.error).toBeNull();
    const wrong = await client.call(target("/protected", oauth()), "wrong-secret", { input: "x" });
    expect(wrong.error?.code).toBe("auth_failed");
    expect(wrong.error?.message).toBe(
      "The token address refused the client id and secret (status 401, invalid_client).",
    );
    expect(zoo.calls("/protected")).toBe(1);
  });

  it.each([
    ["/html", "auth_failed", 1],
    ["/500", "auth_failed", 4],
    ["/big", "auth_failed", 1],
    ["/close", "auth_failed", 4],
  ])("a token address like %s ends as %s", async (path, code, attempts) => {
    const auth: TargetAuth = { type: "client_credentials", token_url: zoo.url + path, client_id: "zoo" };
    const outcome = await client.call(target("/protected", auth), "zoo-secret", { input: "x" });
    expect(outcome.error?.code).toBe(code);
    expect(outcome.attempts).toHaveLength(attempts);
    expect(zoo.calls("/protected")).toBe(0);
  });

  it("goes through the same gate", async () => {
    const auth: TargetAuth = {
      type: "client_credentials",
      token_url: "http://169.254.169.254/token",
      client_id: "zoo",
    };
    const outcome = await client.call(target("/protected", auth), "zoo-secret", { input: "x" });
    expect(outcome.error?.code).toBe("address_refused");
  });

  it("cancels a call that waits for a token", async () => {
    const auth: TargetAuth = { type: "client_credentials", token_url: `${zoo.url}/hang`, client_id: "zoo" };
    const started = performance.now();
    const outcome = await client.call(
      target("/protected", auth),
      "zoo-secret",
      { input: "x" },
      { signal: AbortSignal.timeout(100) },
    );
    expect(outcome.error?.code).toBe("cancelled");
    expect(performance.now() - started).toBeLessThan(5000);
  });
});
