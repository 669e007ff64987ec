import { randomBytes } from "node:crypto";
import { createSecretBox } from "@rhesis/auth/sealed-secret";
import type { TargetAttempt, TargetConfig } from "@rhesis/engine/target/schema";
import { createTargetClient, type TargetClient } from "@rhesis/engine/target/target-client";
import { useTestDatabase } from "@rhesis/testkit/database";
import { startEndpointZoo, type EndpointZoo } from "@rhesis/testkit/endpoint-zoo";
import { containsMetric, prepareRun } from "@rhesis/testkit/run-fixture";
import { streamShapes } from "@rhesis/testkit/stream-shapes";
import { createTenants, type TestOrganization } from "@rhesis/testkit/tenants";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { executeTestRun } from "./execute.ts";

const open = useTestDatabase();
const secrets = createSecretBox({ current: "k", keys: { k: randomBytes(32) } });
const policy = { allow_loopback: true, allow_private: [] };
let zoo: EndpointZoo;
let target: TargetClient;
let a: TestOrganization;

beforeAll(async () => {
  zoo = await startEndpointZoo();
  target = createTargetClient({ policy });
  ({ a } = await createTenants(open().database));
});
beforeEach(() => zoo.clear());
afterAll(async () => {
  await Promise.all([zoo.close(), target.close()]);
});

const tests = 4;
const limits = { timeout_ms: 10_000, max_attempts: 2 };
const openai: Partial<TargetConfig> = { ...streamShapes.openai.config, ...limits };
const ollama: Partial<TargetConfig> = { ...streamShapes.ollama.config, ...limits };
const socket: Partial<TargetConfig> = {
  ...limits,
  protocol: "websocket",
  request_mapping: { __body__: "{{ input }}" },
  response_mapping: { output: "$.content" },
  stream: { done: "$.message", join: "concat" },
};

type Row = {
  status: string;
  verdict: string;
  error_code: string | null;
  error_message: string;
  answer: { output: string } | null;
  attempts: TargetAttempt[];
  latency_ms: number;
};

/** A whole run as a worker makes it, and what it left in the database. */
async function runAt(url: string, config: Partial<TargetConfig>, phrase: string): Promise<Row[]> {
  const run = await prepareRun(open().database, a, {
    target: { ...config, url },
    tests,
    metrics: [containsMetric(phrase)],
  });
  const log = { info: () => undefined, warn: () => undefined };
  const never = new AbortController().signal;
  const tools = { database: open().database, secrets, target, policy, log, grace_ms: 50 };
  const end = await executeTestRun(tools, { tenant: a.tenant, ...run, lease: never, stop: never });
  expect(end).toEqual({ status: "completed" });
  const rows = await open().admin<Row>("select * from test_result where test_run_id = $1", [run.test_run_id]);
  const [counted] = await open().admin<Record<"total" | "passed" | "errored", number>>(
    "select total, passed, errored from test_run where id = $1",
    [run.test_run_id],
  );
  const having = (verdict: string) => rows.filter((row) => row.verdict === verdict).length;
  expect(counted).toEqual({ total: tests, passed: having("pass"), errored: having("error") });
  expect(rows.map(({ status }) => status)).toEqual(Array(tests).fill("completed"));
  return rows;
}

const zebras = "Zebras are 🦓 striped.";

test.each<[string, string, Partial<TargetConfig>, string, number]>([
  ["server-sent events", "/stream/openai?bytes=150&ms=10", openai, zebras, 11],
  ["JSON lines", "/stream/ollama?bytes=100&ms=10", ollama, zebras, 8],
  ["a WebSocket", "/ws/echo?ms=10", socket, "You said: question", 5],
])("%s: each test is called once and scored by its whole answer", async (_, path, config, phrase, events) => {
  const base = config.protocol === "websocket" ? zoo.socket_url : zoo.url;
  const rows = await runAt(base + path, config, phrase);
  const keys = new Set(zoo.log().map(({ idempotency_key }) => idempotency_key));
  expect([zoo.calls(), keys.size]).toEqual([tests, tests]);
  for (const { verdict, answer, attempts, latency_ms } of rows) {
    expect(verdict).toBe("pass");
    expect(answer?.output).toContain(phrase);
    const [attempt] = attempts;
    expect(attempts).toMatchObject([{ error_code: null, event_count: events }]);
    expect(attempt?.first_byte_ms).toBeGreaterThan(0);
    // The first piece was there long before the last.
    expect(latency_ms).toBeGreaterThan((attempt?.first_byte_ms ?? 0) + 15);
  }
});

type Failing = { code: string; message: RegExp; attempts: number; begun: boolean; config?: Partial<TargetConfig> };

test.each<[string, string, Failing]>([
  [
    "an answer that breaks off in the middle",
    "/stream/openai?share=0.6",
    { code: "connection_closed", message: /too early, in the middle of event/, attempts: 2, begun: true },
  ],
  [
    "a connection that breaks in the middle",
    "/stream/openai?share=0.6&then=reset",
    { code: "connection_closed", message: /closed the connection/, attempts: 2, begun: true },
  ],
  [
    "an error event after half an answer",
    "/stream/openai?share=0.6&then=error",
    { code: "stream_error", message: /Overloaded/, attempts: 2, begun: true },
  ],
  [
    "pieces that come more slowly than the answer may take",
    "/stream/openai?bytes=100&ms=150",
    {
      code: "timeout",
      message: /events? came until then, but not its end mark/,
      attempts: 1,
      begun: true,
      config: { timeout_ms: 600, max_attempts: 1 },
    },
  ],
  [
    "too many calls, before the stream begins",
    "/429?times=1000",
    { code: "rate_limited", message: /too many/, attempts: 2, begun: false },
  ],
  [
    "half a line",
    "/stream/ollama?share=0.5",
    {
      code: "connection_closed",
      message: /in the middle of line/,
      attempts: 2,
      begun: true,
      config: ollama,
    },
  ],
  [
    "a WebSocket that closes in the middle",
    "/ws/close?code=1011&after=2&reason=Overloaded",
    { code: "connection_closed", message: /Overloaded/, attempts: 1, begun: true, config: socket },
  ],
  [
    "a WebSocket that reports an error",
    "/ws/error",
    { code: "stream_error", message: /Overloaded/, attempts: 1, begun: true, config: socket },
  ],
])("%s is one error for each test, never half an answer", async (_, path, failing) => {
  const config = { ...openai, ...failing.config };
  const base = config.protocol === "websocket" ? zoo.socket_url : zoo.url;
  const rows = await runAt(base + path, config, zebras);
  for (const { verdict, error_code, error_message, answer, attempts } of rows) {
    expect({ verdict, error_code, answer }).toEqual({ verdict: "error", error_code: failing.code, answer: null });
    expect(error_message).toMatch(failing.message);
    expect(attempts).toHaveLength(failing.attempts);
    for (const { first_byte_ms, event_count } of attempts) {
      expect(first_byte_ms === null).toBe(!failing.begun);
      if (failing.begun) expect(event_count).toBeGreaterThan(0);
    }
  }
  expect(zoo.calls()).toBe(tests * failing.attempts);
});

test("a 429 before the stream is waited out, and the stream that follows is the answer", async () => {
  const rows = await runAt(`${zoo.url}/stream/openai?busy=${tests}`, openai, zebras);
  for (const { verdict, attempts } of rows) {
    expect(verdict).toBe("pass");
    expect(attempts.at(-1)?.event_count).toBeGreaterThan(0);
  }
  const statuses = rows.flatMap((row) => row.attempts.map((attempt) => attempt.status));
  expect(statuses.filter((status) => status === 429)).toHaveLength(tests);
  expect(statuses.filter((status) => status === 200)).toHaveLength(tests);
});
