import { startOpenAiFake, type OpenAiFake } from "@rhesis/testkit/openai-fake";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { z } from "zod";
import { BudgetSpentError, type Amount, type ModelBudget } from "./budget.ts";
import { boundOf, leastBound, mostOutputTokens } from "./call-meter.ts";
import { createJudgeModel, type JudgeModelOptions } from "./judge-model.ts";
import { languageModel } from "./providers.ts";
import { modelConfig, modelProviders } from "./schema.ts";
import { generateText, Output } from "ai";

let fake: OpenAiFake;
beforeAll(async () => {
  fake = await startOpenAiFake({ slow_ms: 5_000, retry_after_seconds: 0 });
});
afterAll(() => fake.close());
beforeEach(() => fake.requests.splice(0));

const policy = { allow_loopback: true, allow_private: [] };
const schema = z.object({ reason: z.string(), score: z.number().describe("from 0 to 1") });
const request = { instructions: "Judge.", prompt: "Ist es gut? “Ja” \n", schema, schema_name: "judgement" };

/** A budget that has room for `calls` calls, and keeps what they reserved and what they were booked as. */
function bookOf(calls = 9) {
  const reserved: Amount[] = [];
  const booked: Amount[] = [];
  const budget: ModelBudget = {
    async reserve(bound) {
      if (reserved.length === calls) throw new BudgetSpentError("spent");
      reserved.push(bound);
      return { settle: (used) => void booked.push(used) };
    },
  };
  return { reserved, booked, budget };
}

const priced = { provider: "openai_compatible", input_price: 1, output_price: 2 } as const;

function ask(model_name: string, options: Partial<JudgeModelOptions>, signal?: AbortSignal, base_url = fake.url) {
  const config = modelConfig.parse({ ...priced, model_name, base_url });
  return createJudgeModel(config, null, { policy, max_retries: 0, ...options }).judge({ ...request, signal });
}

test("every byte that is sent may be a token, and the output is what the request allows", async () => {
  const { reserved, booked, budget } = bookOf();
  await ask("right", { budget });
  const [sent] = fake.requests;
  expect(sent?.body.max_tokens).toBe(mostOutputTokens);
  const input = Buffer.byteLength(JSON.stringify(sent?.body)) + leastBound.input_tokens;
  expect(reserved).toEqual([{ tokens: input + 8_192, nanodollars: (input + 2 * 8_192) * 1_000 }]);
  expect(booked).toEqual([{ tokens: 150, nanodollars: (120 + 2 * 30) * 1_000 }]);
});

describe("what is booked for a call", () => {
  test.each([
    ["silent", "all"],
    ["error-500", "all"],
    ["broken-json", 150],
    ["filtered", 150],
    ["insatiable", 20_600],
    ["unauthorized", 0],
    ["redirects", 0],
    ["always-rate-limited", 0],
  ])("%s: %s", async (model_name, used) => {
    const { reserved, booked, budget } = bookOf();
    await ask(model_name, { budget });
    expect(booked.map(({ tokens }) => tokens)).toEqual([used === "all" ? reserved[0]?.tokens : used]);
  });

  test("all of it where it is aborted or takes too long, nothing where nobody was there", async () => {
    const { reserved, booked, budget } = bookOf();
    const stop = new AbortController();
    const aborted = ask("slow", { budget }, stop.signal);
    await expect.poll(() => fake.requests.length).toBe(1);
    stop.abort();
    expect((await aborted).error?.code).toBe("cancelled");
    expect((await ask("slow", { budget, timeout_ms: 50 })).error?.code).toBe("timeout");
    expect(booked).toEqual(reserved);
    const gone = await startOpenAiFake();
    await gone.close();
    await ask("right", { budget }, undefined, gone.url);
    expect(booked[2]).toEqual({ tokens: 0, nanodollars: 0 });
  });

  test("each try is one by itself, and one for which there is no room is not made", async () => {
    const { reserved, booked, budget } = bookOf();
    expect((await ask("rate-limited", { budget, max_retries: 1 })).error).toBeNull();
    expect([reserved.length, booked.map(({ tokens }) => tokens)]).toEqual([2, [0, 150]]);
    const one = bookOf(1);
    await expect(ask("error-500", { budget: one.budget, max_retries: 1 })).rejects.toThrow(BudgetSpentError);
    expect(one.booked).toEqual(one.reserved);
  });
});

test("waiting for room is no part of a call's time", async () => {
  let open: () => void = () => undefined;
  const room = new Promise<void>((resolve) => (open = resolve));
  const budget: ModelBudget = { reserve: () => room.then(() => ({ settle: () => undefined })) };
  const asked = ask("right", { budget, timeout_ms: 1_000 });
  const longer = new AbortController();
  AbortSignal.timeout(1_200).addEventListener("abort", () => longer.abort());
  await expect.poll(() => longer.signal.aborted, { timeout: 5_000 }).toBe(true);
  open();
  expect((await asked).error).toBeNull();
});

test.each(modelProviders)("%s: its requests limit their output, tokens of reasoning included", async (provider) => {
  for (const model_name of ["m", "o4-mini", "gpt-5", "claude-3-5-haiku-latest", "gemini-2.5-pro"]) {
    const config = modelConfig.parse({ provider, model_name, base_url: "https://models.example.com/v1" });
    const bodies: unknown[] = [];
    const model = await languageModel(config, "k", async (_, init) => {
      bodies.push(init?.body);
      return new Response("{}", { status: 404 });
    });
    const output = Output.object({ schema });
    const asked = generateText({ model, prompt: "p", output, maxOutputTokens: mostOutputTokens, maxRetries: 0 });
    await expect(asked).rejects.toMatchObject({ statusCode: 404 });
    expect(boundOf(bodies[0]).output_tokens).toBe(mostOutputTokens);
  }
});

test("a request that does not limit its output is not made", () => {
  expect(() => boundOf('{"messages": []}')).toThrow("limits its output");
});
