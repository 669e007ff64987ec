import { connect } from "node:net";
import { Redis } from "ioredis";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { startTestApi, type TestApi } from "@rhesis/testkit/api";
import { useTestDatabase } from "@rhesis/testkit/database";
import { canStartRedis, startRedis, type TestRedis } from "@rhesis/testkit/redis";
import { createTenants, type TestOrganization } from "@rhesis/testkit/tenants";
import { createRateLimits, type RateLimits } from "./rate-limits.ts";

const open = useTestDatabase();
let a: TestOrganization;
let api: TestApi | undefined;

beforeAll(async () => {
  a = (await createTenants(open().database)).a;
});
afterEach(async () => {
  await api?.close();
  api = undefined;
});

async function start(variables: Record<string, string> = {}): Promise<TestApi> {
  api = await startTestApi(open(), variables);
  return api;
}

describe("other origins", () => {
  const origin = "https://app.example.com";

  test("exactly those that are named may read, without cookies", async () => {
    const { url } = await start({ CORS_ORIGINS: origin });
    const preflight = (from: string) =>
      fetch(`${url}/api/v1/requirements`, {
        method: "OPTIONS",
        headers: {
          origin: from,
          "access-control-request-method": "POST",
          "access-control-request-headers": "authorization",
        },
      });
    const allowed = await preflight(origin);
    expect(allowed.status).toBe(204);
    expect(allowed.headers.get("access-control-allow-origin")).toBe(origin);
    expect(allowed.headers.get("access-control-allow-headers")).toContain("Authorization");
    expect(allowed.headers.get("access-control-allow-credentials")).toBeNull();
    expect(allowed.headers.get("vary")).toContain("Origin");
    for (const other of [
      "https://evil.example.com",
      "http://app.example.com",
      `${origin}.evil.com`,
      "null",
      `${origin}:444`,
    ]) {
      expect((await preflight(other)).headers.get("access-control-allow-origin")).toBeNull();
    }
    const answer = await fetch(`${url}/trpc/requirement.list`, { headers: { origin } });
    expect(answer.headers.get("access-control-allow-origin")).toBe(origin);
    expect(answer.headers.get("access-control-expose-headers")).toContain("ETag");
  });

  test("nobody may where none is named", async () => {
    const { url } = await start();
    const answer = await fetch(`${url}/api/v1/requirements`, { headers: { origin } });
    expect(answer.headers.get("access-control-allow-origin")).toBeNull();
  });
});

describe("rate limits", () => {
  test("a caller who calls too often is told to wait; others are not", async () => {
    const started = await start({ RATE_LIMIT_PER_MINUTE: "5" });
    const { url } = started;
    const [busy, calm] = await Promise.all([started.person(a.id), started.person(a.id)]);
    const call = (token: string) =>
      fetch(`${url}/api/v1/requirements`, { headers: { authorization: `Bearer ${token}` } });
    const answers = [];
    for (let n = 0; n < 7; n += 1) answers.push(await call(busy.token));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200, 429, 429]);
    expect(answers[0]?.headers.get("ratelimit")).toMatch(/^"calls";r=4;t=\d+$/);
    const refused = answers[6];
    expect(Number(refused?.headers.get("retry-after"))).toBeGreaterThan(0);
    expect(await refused?.json()).toMatchObject({ code: "limit_exceeded", status: 429 });
    expect((await call(calm.token)).status).toBe(200);
    // A batch counts as many calls as it holds.
    const batch = `${url}/trpc/requirement.list,requirement.list,requirement.list,requirement.list,requirement.list?batch=1&input={}`;
    expect((await fetch(batch, { headers: { authorization: `Bearer ${calm.token}` } })).status).toBe(429);
  });

  test("an address that fails to sign in too often is told to wait, while the known go on", async () => {
    const started = await start({ FAILED_SIGN_INS_PER_MINUTE: "3", TRUST_PROXY: "1" });
    const { url } = started;
    const { token } = await started.person(a.id);
    const call = (as: string, from: string) =>
      fetch(`${url}/api/v1/requirements`, {
        headers: { authorization: `Bearer ${as}`, "x-forwarded-for": `1.1.1.1, ${from}` },
      });
    const statuses = [];
    for (let n = 0; n < 5; n += 1) statuses.push((await call("garbage", "9.9.9.9")).status);
    expect(statuses).toEqual([401, 401, 401, 429, 429]);
    expect((await call("garbage", "8.8.8.8")).status).toBe(401);
    expect((await call(token, "9.9.9.9")).status).toBe(200);
  });

  test("an address written by the caller counts for nothing without a trusted proxy", async () => {
    const { url } = await start({ FAILED_SIGN_INS_PER_MINUTE: "2" });
    const statuses = [];
    for (let n = 0; n < 4; n += 1) {
      const headers = { authorization: "Bearer x", "x-forwarded-for": `9.9.9.${n}` };
      statuses.push((await fetch(`${url}/api/v1/requirements`, { headers })).status);
    }
    expect(statuses).toEqual([401, 401, 429, 429]);
  });
});

describe.skipIf(!canStartRedis())("rate limits shared through Redis", () => {
  let redis: TestRedis;
  const limits: RateLimits[] = [];
  const make = (): RateLimits => {
    const made = createRateLimits({
      calls_per_minute: 4,
      failed_sign_ins_per_minute: 4,
      redis_url: redis.url,
      onRefused: () => undefined,
    });
    limits.push(made);
    return made;
  };

  beforeAll(async () => {
    redis = await startRedis();
  });
  afterAll(async () => {
    await Promise.all(limits.map((one) => one.close()));
    await redis.stop();
  });

  test("two processes count together", async () => {
    const [one, two] = [make(), make()];
    const client = new Redis(redis.url);
    let tries = 0;
    const isConnected = async (limit: RateLimits): Promise<boolean> => {
      tries += 1;
      await limit.count(`try ${tries}`, 1);
      return (await client.exists(`rhesis:limit:calls:try ${tries}`)) === 1;
    };
    for (const limit of [one, two]) await expect.poll(() => isConnected(limit)).toBe(true);
    client.disconnect();
    for (const limit of [one, two, one]) await limit.count("together", 1);
    const last = await two.count("together", 1);
    expect(last["ratelimit"]).toContain("r=0");
    await expect(one.count("together", 1)).rejects.toMatchObject({ status: 429 });
  });

  test("without Redis each counts by itself and nobody is locked out", async () => {
    const limit = make();
    await redis.kill();
    const outcomes = await Promise.allSettled(Array.from({ length: 6 }, () => limit.count("alone", 1)));
    expect(outcomes.filter(({ status }) => status === "fulfilled")).toHaveLength(4);
  });
});

describe("hostile requests", () => {
  test("do not end the process", async () => {
    const { url } = await start();
    const { port } = new URL(url);
    const raw = [
      "GET /%ff%fe HTTP/1.1\r\nhost: x\r\n\r\n",
      "GET //evil.example.com/..%2f.. HTTP/1.1\r\nhost: x\r\n\r\n",
      "GET /api/v1/%00 HTTP/1.1\r\nhost: x\r\n\r\n",
      "GET http://[/ HTTP/1.1\r\nhost: x\r\n\r\n",
      "POST /trpc/requirement.create HTTP/1.1\r\nhost: x\r\ncontent-length: 5\r\n\r\n{",
      "GARBAGE\r\n\r\n",
      `GET / HTTP/1.1\r\nhost: x\r\nx-big: ${"y".repeat(40_000)}\r\n\r\n`,
      "OPTIONS * HTTP/1.1\r\nhost: x\r\n\r\n",
    ];
    for (const text of raw) {
      await new Promise<void>((resolve) => {
        const socket = connect(Number(port), "127.0.0.1", () => socket.end(text));
        socket.on("error", () => resolve());
        socket.on("close", () => resolve());
        socket.resume();
      });
    }
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
  });
});

describe("the end", () => {
  test("requests under way finish, new ones are refused, live streams are let go", async () => {
    const started = await start();
    const { url } = started;
    const { token } = await started.person(a.id);
    const headers = { authorization: `Bearer ${token}` };
    await fetch(`${url}/api/v1/requirements`, { headers });
    // Holds a table for a moment, so that the request is certainly under way when the end begins.
    const blocker = open()
      .admin("begin")
      .then(() => open().admin("lock table requirement in access exclusive mode"));
    await blocker;
    const underway = fetch(`${url}/api/v1/requirements`, { headers });
    await expect
      .poll(async () => (await open().admin("select 1 from pg_locks where not granted")).length)
      .toBeGreaterThan(0);
    const closed = started.api.close();
    await open().admin("commit");
    expect((await underway).status).toBe(200);
    await closed;
    await expect(fetch(`${url}/healthz`)).rejects.toThrow("fetch failed");
    await api?.issuer.close();
    api = undefined;
  });
});
