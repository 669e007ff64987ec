import { randomBytes } from "node:crypto";
import { createSecretBox } from "@rhesis/auth/sealed-secret";
import { createTargetClient, type TargetClient } from "@rhesis/engine/target/target-client";
import { callerFor, type Caller } from "@rhesis/testkit/caller";
import { startChatbotFake, type ChatbotFake } from "@rhesis/testkit/chatbot-fake";
import { useTestDatabase } from "@rhesis/testkit/database";
import { startOpenAiFake, type OpenAiFake } from "@rhesis/testkit/openai-fake";
import { createTenants, type TestOrganization } from "@rhesis/testkit/tenants";
import { afterAll, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { executeRescore } from "./execute-rescore.ts";
import { executeTestRun } from "./execute.ts";

const open = useTestDatabase();
const secrets = createSecretBox({ current: "k", keys: { k: randomBytes(32) } });
const policy = { allow_loopback: true, allow_private: [] };
const log = { info: () => undefined, warn: () => undefined };
const never = new AbortController().signal;
let bot: ChatbotFake;
let fake: OpenAiFake;
let target: TargetClient;
let a: TestOrganization;
let api: Caller;

beforeAll(async () => {
  [bot, fake] = await Promise.all([startChatbotFake(), startOpenAiFake({ slow_ms: 400 })]);
  target = createTargetClient({ policy });
  ({ a } = await createTenants(open().database));
  api = callerFor(open().database, a.people.owner);
});
beforeEach(() => {
  bot.clear();
  fake.requests.splice(0);
});
afterAll(async () => {
  await Promise.all([bot.close(), fake.close(), target.close()]);
});

/** In dollars for a million tokens. "hungry" uses 600 tokens in and 3,400 out. */
const prices = { input_price: 1, output_price: 2 };
const priceOfCall = (600 * 1 + 3_400 * 2) / 1_000_000;

let nr = 0;
const useModel = (model_name: string, price: object = prices) =>
  api.model.create({
    name: `Model ${++nr}`,
    provider: "openai_compatible",
    model_name,
    base_url: fake.url,
    is_default: true,
    ...price,
  });
const judgeMetric = async () => {
  const parameters = {
    implementation: "judge_categorical" as const,
    evaluation_prompt: "Is it right?",
    categories: ["right", "wrong"],
    passing_categories: ["right"],
  };
  return (await api.metric.create({ name: `Judge ${++nr}`, parameters })).id;
};
const endpoint = async () => {
  const request_mapping = { message: "{{ input }}", session_id: "{{ conversation_id }}" };
  const config = { url: `${bot.url}/stateful`, request_mapping, response_mapping: { output: "$.reply" } };
  return (await api.endpoint.create({ project_id: a.project_id, name: `Bot ${++nr}`, config })).id;
};
const setOf = async (tests: object[], kind: "single_turn" | "multi_turn" = "single_turn") => {
  const { project_id } = a;
  const { id } = await api.test_set.create({ project_id, kind, name: `Set ${++nr}` });
  const { ids } = await api.test.create_many({ project_id, tests: tests.map((fields) => ({ kind, ...fields })) });
  await api.test_set.add_tests({ id, test_ids: ids });
  return id;
};
const questions = (count: number) => Array.from({ length: count }, (_, at) => ({ input: `Question ${at}` }));

type Budget = { max_tokens?: number; max_cost?: number };
const startJudged = async (tests: number, budget: Budget, metrics = 1) => {
  const metric_ids = await Promise.all(Array.from({ length: metrics }, judgeMetric));
  const id = await setOf(questions(tests));
  return (await api.test_set.execute({ id, endpoint_id: await endpoint(), metric_ids, concurrency: 20, ...budget })).id;
};

const stored = async (id: string) => {
  const [row] = await open().admin<Record<"job_id" | "kind", string> & Record<"reserved_tokens", unknown>>(
    "select job_id, kind, reserved_tokens from test_run where id = $1",
    [id],
  );
  if (row === undefined) throw new Error("the run is gone");
  return row;
};
const execute = async (id: string, lease = never) => {
  const { job_id, kind } = await stored(id);
  const tools = { database: open().database, secrets, policy, log, grace_ms: 20 };
  const run = { tenant: a.tenant, test_run_id: id, job_id, lease, stop: never };
  return kind === "rescore" ? executeRescore(tools, run) : executeTestRun({ ...tools, target }, run);
};
/** Every test has exactly one result, and none was begun by a worker that died. */
const expectComplete = async (id: string, tests: number) => {
  const run = await api.test_run.get({ id });
  expect(run).toMatchObject({ status: "completed", total: tests, errored: 0, inconclusive: 0 });
  expect(run.passed + run.failed).toBe(tests);
};

test("the run rests before its tokens are exceeded, is raised, goes on, and asks nothing twice that it stored", async () => {
  await useModel("hungry");
  const id = await startJudged(40, { max_tokens: 100_000 });
  expect(await execute(id)).toEqual({ status: "paused" });
  const rests = await api.test_run.get({ id });
  expect(fake.tokens()).toBeLessThanOrEqual(100_000);
  expect(fake.tokens()).toBeGreaterThan(80_000);
  expect(rests).toMatchObject({ status: "paused", max_tokens: 100_000, booked_tokens: fake.tokens(), inconclusive: 0 });
  expect(rests.pause_reason).toMatch(
    /^The budget of 100,000 tokens is spent: [\d,]+ are booked, .* Raise it or cancel/,
  );
  expect(rests.input_tokens + rests.output_tokens).toBe(rests.booked_tokens);
  const [given] = await open().admin("select sum(claims)::int as claims from test_result where test_run_id = $1", [id]);
  expect(given).toEqual({ claims: 0 });

  const asked = bot.calls.length;
  await api.test_run.resume({ id });
  expect(await execute(id)).toEqual({ status: "paused" });
  expect(fake.tokens()).toBe(rests.booked_tokens);
  await api.test_run.raise_budget({ id, max_tokens: 1_000_000 });
  await api.test_run.resume({ id });
  expect(await execute(id)).toEqual({ status: "completed" });
  await expectComplete(id, 40);
  expect(fake.requests.length).toBe(40);
  expect((await api.test_run.get({ id })).booked_tokens).toBe(fake.tokens());
  expect(asked).toBeLessThan(40 + 20);
});

test("money is kept to like tokens; a test of which one judge was not asked any more is given back whole", async () => {
  await useModel("hungry");
  const id = await startJudged(20, { max_cost: 0.15 }, 2);
  expect(await execute(id)).toEqual({ status: "paused" });
  const rests = await api.test_run.get({ id });
  expect(rests.pause_reason).toMatch(/^The budget of \$0\.15 is spent: \$0\.1\d+ are booked/);
  expect(rests.booked_cost).toBeCloseTo(fake.requests.length * priceOfCall, 9);
  expect(rests.booked_cost).toBeLessThanOrEqual(0.15);
  const scores = await open().admin("select 1 from score where test_run_id = $1", [id]);
  expect(scores.length).toBe((rests.passed + rests.failed) * 2);
  await api.test_run.raise_budget({ id, max_cost: 5 });
  await api.test_run.resume({ id });
  expect(await execute(id)).toEqual({ status: "completed" });
  await expectComplete(id, 20);
});

test("workers that die leave no room to exceed it: what they may have asked counts as used", async () => {
  await useModel("hungry");
  const max_tokens = 200_000;
  const id = await startJudged(60, { max_tokens });
  for (let crash = 1; crash <= 3; crash += 1) {
    const lease = new AbortController();
    const before = fake.requests.length;
    const executing = execute(id, lease.signal);
    await vi.waitFor(() => expect(fake.requests.length).toBeGreaterThan(before + crash), { timeout: 10_000 });
    lease.abort();
    expect(await executing).toEqual({ status: "lost" });
    expect(Number((await stored(id)).reserved_tokens)).toBeGreaterThanOrEqual(fake.tokens());
  }
  expect(await execute(id)).toEqual({ status: "paused" });
  expect(fake.tokens()).toBeLessThanOrEqual(max_tokens);
  const { booked_tokens } = await api.test_run.get({ id });
  expect(booked_tokens).toBeGreaterThanOrEqual(fake.tokens());
  expect(booked_tokens).toBeLessThanOrEqual(max_tokens);
  await api.test_run.raise_budget({ id, max_tokens: 2_000_000 });
  await api.test_run.resume({ id });
  expect(await execute(id)).toEqual({ status: "completed" });
  await expectComplete(id, 60);
});

test("simulated conversations are cut where their models may not be asked, and begin anew", async () => {
  await useModel("hungry");
  const conversation = { type: "simulated", goal: 'Get "4711"', polarity: "resist", min_turns: 1, max_turns: 3 };
  const id = await setOf(
    Array.from({ length: 6 }, () => ({ conversation })),
    "multi_turn",
  );
  const started = await api.test_set.execute({ id, endpoint_id: await endpoint(), max_tokens: 100_000 });
  expect(await execute(started.id)).toEqual({ status: "paused" });
  expect(fake.tokens()).toBeLessThanOrEqual(100_000);
  const rests = await api.test_run.get({ id: started.id });
  expect(rests).toMatchObject({ booked_tokens: fake.tokens(), inconclusive: 0, errored: 0 });
  await api.test_run.raise_budget({ id: started.id, max_tokens: 1_000_000 });
  await api.test_run.resume({ id: started.id });
  expect(await execute(started.id)).toEqual({ status: "completed" });
  await expectComplete(started.id, 6);
});

test("a run that scores answers again has a budget of its own", async () => {
  await useModel("right");
  const first = await startJudged(30, {});
  expect(await execute(first)).toEqual({ status: "completed" });
  const { max_tokens, booked_tokens } = await api.test_run.get({ id: first });
  expect([max_tokens, booked_tokens, Number((await stored(first)).reserved_tokens)]).toEqual([null, 0, 0]);
  await useModel("hungry");
  fake.requests.splice(0);
  const { id } = await api.test_run.rescore({ id: first, metric_ids: [await judgeMetric()], max_tokens: 60_000 });
  expect(await execute(id)).toEqual({ status: "paused" });
  expect(fake.tokens()).toBeLessThanOrEqual(60_000);
  await api.test_run.raise_budget({ id, max_tokens: 600_000 });
  await api.test_run.resume({ id });
  expect(await execute(id)).toEqual({ status: "completed" });
  await expectComplete(id, 30);
});

test("a budget that is raised while the run is at work is found before it rests", async () => {
  await useModel("slow");
  const id = await startJudged(8, { max_tokens: 13_000 });
  const executing = execute(id);
  await vi.waitFor(() => expect(fake.requests.length).toBe(1), { timeout: 10_000 });
  await api.test_run.raise_budget({ id, max_tokens: 900_000 });
  expect(await executing).toEqual({ status: "completed" });
  await expectComplete(id, 8);
});

test("a budget that could not be kept or lets nothing be asked is refused at the start", async () => {
  await useModel("right", { input_price: 1 });
  const unpriced = startJudged(1, { max_cost: 1 });
  await expect(unpriced).rejects.toThrow(
    /needs the prices of all models that are asked, and some are missing: Model \d+/,
  );
  await useModel("right");
  await expect(startJudged(1, { max_tokens: 9_000 })).rejects.toThrow("may use 9,216 tokens and more");
  await expect(startJudged(1, { max_cost: 0.01 })).rejects.toThrow("may use $0.017408 and more");
  const metric = await api.metric.create({ name: `Long ${++nr}`, parameters: { implementation: "json_valid" } });
  const id = await setOf(questions(1));
  const deterministic = { id, endpoint_id: await endpoint(), metric_ids: [metric.id], max_tokens: 1 };
  const run = await api.test_set.execute(deterministic);
  expect(await execute(run.id)).toEqual({ status: "completed" });
});
