import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { generateText } from "ai";
import { z } from "zod";
import { startOpenAiFake, type OpenAiFake } from "@rhesis/testkit/openai-fake";
import { createJudgeModel, type JudgeModelOptions, type JudgeReply } from "./judge-model.ts";
import { languageModel } from "./providers.ts";
import { modelConfig, type ModelConfig } from "./schema.ts";
import { tryModel } from "./try-model.ts";

let fake: OpenAiFake;
beforeAll(async () => {
  fake = await startOpenAiFake({ retry_after_seconds: 1 });
});
afterAll(() => fake.close());
beforeEach(() => fake.requests.splice(0));
afterEach(() => vi.unstubAllEnvs());

const policy = { allow_loopback: true, allow_private: [] };
const schema = z.object({ reason: z.string(), score: z.number().describe("from 0 to 1") });
const request = { instructions: "Judge.", prompt: "Is it good?", schema, schema_name: "judgement" };

function config(model_name: string, more: Partial<ModelConfig> = {}): ModelConfig {
  return modelConfig.parse({ provider: "openai", model_name, base_url: fake.url, ...more });
}

function ask(
  of: ModelConfig,
  key: string | null = "sk-secret-key",
  options: Partial<JudgeModelOptions> = {},
): Promise<JudgeReply<z.infer<typeof schema>>> {
  return createJudgeModel(of, key, { policy, max_retries: 0, ...options }).judge(request);
}

describe("keys", () => {
  const names = [
    "OPENAI_API_KEY",
    "ANTHROPIC_API_KEY",
    "GOOGLE_GENERATIVE_AI_API_KEY",
    "AZURE_API_KEY",
    "AI_GATEWAY_API_KEY",
  ];
  beforeEach(() => {
    for (const name of names) vi.stubEnv(name, "sk-of-the-host");
  });

  test.each(["openai", "anthropic", "google", "azure"] as const)("%s: none stored is no call", async (provider) => {
    for (const key of [null, "", "  "]) {
      const reply = await ask(config("right", { provider }), key);
      expect(reply).toMatchObject({ value: null, error: { code: "auth_failed" } });
    }
    expect(fake.requests).toEqual([]);
  });

  test.each(["openai", "openai_compatible", "azure"] as const)(
    "%s: the stored one is sent, never the host's",
    async (provider) => {
      expect((await ask(config("right", { provider }))).value).toMatchObject({ score: 0 });
      const sent = JSON.stringify(fake.requests[0]?.headers);
      expect(sent).toContain("sk-secret-key");
      expect(sent).not.toContain("sk-of-the-host");
    },
  );

  test("a server of one's own needs none, and gets none", async () => {
    expect((await ask(config("right", { provider: "openai_compatible" }), null)).error).toBeNull();
    expect(fake.requests[0]?.headers["authorization"]).toBeUndefined();
  });

  test("errors do not repeat what the provider says about the key", async () => {
    const reply = await ask(config("unauthorized"));
    expect(reply.error?.code).toBe("auth_failed");
    expect(JSON.stringify(reply)).not.toContain("sk-secret-key");
  });
});

test.each<[Partial<ModelConfig>, string]>([
  [{ provider: "openai" }, "https://api.openai.com/v1/chat/completions"],
  [{ provider: "anthropic" }, "https://api.anthropic.com/v1/messages"],
  [{ provider: "google" }, "https://generativelanguage.googleapis.com/v1beta/models/m:generateContent"],
  [
    { provider: "azure", base_url: "https://acme.openai.azure.com" },
    "https://acme.openai.azure.com/openai/v1/chat/completions?api-version=v1",
  ],
  [
    { provider: "azure", base_url: "https://acme.openai.azure.com/openai" },
    "https://acme.openai.azure.com/openai/v1/chat/completions?api-version=v1",
  ],
  [{ provider: "openai_compatible", base_url: "http://ollama:11434/v1" }, "http://ollama:11434/v1/chat/completions"],
])("%j is called at %s, whatever the host's environment says", async (more, address) => {
  for (const name of ["OPENAI_BASE_URL", "ANTHROPIC_BASE_URL"]) vi.stubEnv(name, fake.url);
  const called: string[] = [];
  const model = await languageModel(config("m", { base_url: null, ...more }), "k", (url) => {
    called.push(url instanceof Request ? url.url : String(url));
    return Promise.resolve(Response.json({}, { status: 400 }));
  });
  await expect(generateText({ model, prompt: "x", maxRetries: 0 })).rejects.toThrow(Error);
  expect(called).toEqual([address]);
});

test.each(["openai_compatible", "azure"] as const)("%s needs an address", async (provider) => {
  const reply = await ask(config("right", { provider, base_url: null }));
  expect(reply.error?.message).toMatch(/base URL/);
});

/** Answers as each provider's API does, and notes what it was sent. */
async function startOther(
  answer: object,
): Promise<{ url: string; seen: { url: string; headers: object; body: string }[]; close(): void }> {
  const seen: { url: string; headers: object; body: string }[] = [];
  const server = createServer((incoming, response) => {
    let body = "";
    incoming.setEncoding("utf8").on("data", (chunk: string) => (body += chunk));
    incoming.on("end", () => {
      seen.push({ url: incoming.url ?? "", headers: incoming.headers, body });
      response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(answer));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, seen, close: () => server.close() };
}

const judgement = '{"reason": "good", "score": 0.75}';

test("Anthropic's own API", async () => {
  const other = await startOther({
    id: "m",
    type: "message",
    role: "assistant",
    model: "claude-sonnet-4-5",
    stop_reason: "end_turn",
    content: [{ type: "text", text: judgement }],
    usage: { input_tokens: 11, output_tokens: 7 },
  });
  const reply = await ask(config("claude-sonnet-4-5", { provider: "anthropic", base_url: other.url }));
  other.close();
  expect(reply).toMatchObject({ value: { score: 0.75 }, usage: { input_tokens: 11, output_tokens: 7 } });
  expect(other.seen[0]).toMatchObject({ url: "/messages", headers: { "x-api-key": "sk-secret-key" } });
  expect(JSON.parse(other.seen[0]?.body ?? "")).toMatchObject({ temperature: 0 });
});

test("Google's own API", async () => {
  const other = await startOther({
    candidates: [{ content: { role: "model", parts: [{ text: judgement }] }, finishReason: "STOP", index: 0 }],
    usageMetadata: { promptTokenCount: 11, candidatesTokenCount: 7, totalTokenCount: 18 },
  });
  const reply = await ask(config("gemini-2.5-flash", { provider: "google", base_url: other.url }));
  other.close();
  expect(reply).toMatchObject({ value: { score: 0.75 }, usage: { input_tokens: 11, output_tokens: 7 } });
  expect(other.seen[0]?.headers).toMatchObject({ "x-goog-api-key": "sk-secret-key" });
  expect(JSON.parse(other.seen[0]?.body ?? "")).toMatchObject({ generationConfig: { temperature: 0 } });
});

describe("replies", () => {
  test.each([
    ["broken-json", "out_of_schema", 120],
    ["refuses", "refused", 120],
    ["filtered", "refused", 120],
    ["error-500", "unavailable", null],
    ["redirects", "unavailable", null],
    ["unauthorized", "auth_failed", null],
    ["always-rate-limited", "rate_limited", null],
  ])("%s is %s", async (name, code, input_tokens) => {
    const reply = await ask(config(name));
    expect(reply).toMatchObject({ value: null, error: { code }, usage: { input_tokens } });
    expect(fake.requests).toHaveLength(1);
  });

  test("a reply that breaks the schema keeps its text", async () => {
    expect((await ask(config("broken-json"))).text).toBe('{"reason": "cut off in the mid');
  });

  test("a server that is not there", async () => {
    const reply = await ask(config("right", { base_url: "http://127.0.0.1:1/v1" }));
    expect(reply.error).toEqual({ code: "unavailable", message: "The model could not be reached" });
  });
});

describe("limits", () => {
  test("Retry-After is waited for", async () => {
    const reply = await ask(config("rate-limited"), "k", { max_retries: 2 });
    expect(reply.error).toBeNull();
    const [first, second] = fake.requests;
    expect((second?.at ?? 0) - (first?.at ?? 0)).toBeGreaterThanOrEqual(990);
  });

  test("a Retry-After longer than anyone waits ends it at once, with no call before its time", async () => {
    const patient = await startOpenAiFake({ retry_after_seconds: 3600 });
    const reply = await ask(config("always-rate-limited", { base_url: patient.url }), "k", { max_retries: 2 });
    expect(reply.error?.code).toBe("rate_limited");
    expect(patient.requests).toHaveLength(1);
    await patient.close();
  });

  test("a slow model times out", async () => {
    const started = performance.now();
    const reply = await ask(config("slow"), "k", { timeout_ms: 150 });
    expect(reply.error?.code).toBe("timeout");
    expect(performance.now() - started).toBeLessThan(5000);
  });

  test("an abort ends it, before and while it runs", async () => {
    const model = createJudgeModel(config("slow"), "k", { policy });
    const early = await model.judge({ ...request, signal: AbortSignal.abort() });
    expect(early.error?.code).toBe("cancelled");
    expect(fake.requests).toEqual([]);
    const late = await model.judge({ ...request, signal: AbortSignal.timeout(100) });
    expect(late.error?.code).toBe("cancelled");
  });
});

describe("addresses", () => {
  const closed = { policy: { allow_loopback: false, allow_private: [] }, max_retries: 2 };
  test.each(["127.0.0.1", "localhost", "[::1]", "0x7f.1", "169.254.169.254", "10.0.0.1"])(
    "%s is refused",
    async (host) => {
      const base_url = fake.url.replace("127.0.0.1", host);
      const reply = await ask(config("right", { base_url }), "k", closed);
      expect(reply.error).toEqual({ code: "unavailable", message: "The address of this model is not allowed here" });
      expect(fake.requests).toEqual([]);
    },
  );
});

describe("tryModel", () => {
  test("tells that it works", async () => {
    const tried = await tryModel(
      createJudgeModel(config("right", { input_price: 1, output_price: 1 }), "k", { policy }),
    );
    expect(tried).toMatchObject({ ok: true, message: "The model answered", usage: { cost: 0.00015 } });
  });

  test("tells why it does not", async () => {
    const tried = await tryModel(createJudgeModel(config("unauthorized"), "k", { policy }));
    expect(tried).toMatchObject({ ok: false, message: "The provider does not accept the API key" });
  });
});
