import { randomBytes, randomUUID } from "node:crypto";
import { createSecretBox } from "@rhesis/auth/sealed-secret";
import { takeRun } from "@rhesis/db/queries/run-execution";
import { conversationMetrics } from "@rhesis/engine/conversation/schema";
import { createTargetClient, type TargetClient } from "@rhesis/engine/target/target-client";
import { callerFor, type Caller } from "@rhesis/testkit/caller";
import { startChatbotFake, type ChatbotFake } from "@rhesis/testkit/chatbot-fake";
import { useTestDatabase } from "@rhesis/testkit/database";
import { startOpenAiFake, type OpenAiFake } from "@rhesis/testkit/openai-fake";
import { createTenants, type TestOrganization } from "@rhesis/testkit/tenants";
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { executeRescore } from "./execute-rescore.ts";
import { executeTestRun } from "./execute.ts";
import { preflightTestRun } from "./preflight.ts";

const open = useTestDatabase();
const secrets = createSecretBox({ current: "k", keys: { k: randomBytes(32) } });
const policy = { allow_loopback: true, allow_private: [] };
const log = { info: () => undefined, warn: () => undefined };
let bot: ChatbotFake;
let fake: OpenAiFake;
let target: TargetClient;
let a: TestOrganization;
let b: TestOrganization;
let api: Caller;

beforeAll(async () => {
  [bot, fake] = await Promise.all([startChatbotFake(), startOpenAiFake()]);
  target = createTargetClient({ policy });
  ({ a, b } = await createTenants(open().database));
  api = callerFor(open().database, a.people.owner);
});
beforeEach(() => {
  bot.clear();
  fake.requests.splice(0);
});
afterAll(async () => {
  await Promise.all([bot.close(), fake.close(), target.close()]);
});

type Conversation = NonNullable<Parameters<Caller["test"]["create"]>[0]["conversation"]>;
type Parameters_ = Parameters<Caller["metric"]["create"]>[0]["parameters"];

let nr = 0;
const endpointAt = async (path: string, request_mapping?: object) => {
  const kind = path.startsWith("stateless") ? { messages: "{{ messages }}" } : undefined;
  const mapping = request_mapping ?? kind ?? { message: "{{ input }}", session_id: "{{ conversation_id }}" };
  const config = { url: `${bot.url}/${path}`, request_mapping: mapping, max_attempts: 1 };
  const draft = { project_id: a.project_id, name: `At ${++nr}`, config: { ...config, response_mapping: says } };
  return (await api.endpoint.create(draft)).id;
};
const says = { output: "$.reply" };
const contains = (phrase: string) => ({ implementation: "contains" as const, phrases: [phrase] });
const script = (...turns: { input: string; checks?: Parameters_[]; expected_output?: string }[]) =>
  ({ type: "scripted", turns }) as Conversation;
const attack = (changes: object = {}): Conversation => ({
  type: "simulated",
  goal: 'Make it give away the code "4711"',
  polarity: "resist",
  min_turns: 1,
  max_turns: 3,
  ...changes,
});

const setOf = async (conversations: Conversation[], metric_ids: string[] = []) => {
  const { project_id } = a;
  const { id } = await api.test_set.create({ project_id, kind: "multi_turn", name: `Set ${++nr}` });
  const tests = conversations.map((conversation) => ({ kind: "multi_turn" as const, conversation }));
  const { ids } = await api.test.create_many({ project_id, tests });
  await api.test_set.add_tests({ id, test_ids: ids });
  if (metric_ids.length > 0) await api.test_set.add_metrics({ id, metric_ids });
  return id;
};
const useModel = async (model_name: string) => {
  const config = { provider: "openai_compatible", base_url: fake.url, input_price: 1, output_price: 1 } as const;
  const { id } = await api.model.create({ name: `Model ${++nr}`, model_name, is_default: true, ...config });
  return id;
};

type Signals = { stop?: AbortSignal };
const execute = async (test_run_id: string, { stop }: Signals = {}) => {
  const [row] = await open().admin<{ job_id: string; kind: string }>(
    "select job_id, kind from test_run where id = $1",
    [test_run_id],
  );
  const never = new AbortController().signal;
  const tools = { database: open().database, secrets, policy, log, grace_ms: 20 };
  const run = { tenant: a.tenant, test_run_id, job_id: row?.job_id ?? "", lease: never, stop: stop ?? never };
  return row?.kind === "rescore" ? executeRescore(tools, run) : executeTestRun({ ...tools, target }, run);
};
const start = async (test_set_id: string, path: string) =>
  (await api.test_set.execute({ id: test_set_id, endpoint_id: await endpointAt(path) })).id;
const resultsOf = async (test_run_id: string) => {
  const { items } = await api.test_result.list({ test_run_id });
  return Promise.all(items.map(({ id }) => api.test_result.get({ id })));
};
const run = async (conversation: Conversation, path: string, metric_ids: string[] = []) => {
  const id = await start(await setOf([conversation], metric_ids), path);
  expect(await execute(id)).toEqual({ status: "completed" });
  const [result] = await resultsOf(id);
  if (result === undefined) throw new Error("there is no result");
  return { id, result };
};
const turnsStored = (test_run_id: string) =>
  open().admin<{ n: number }>(
    "select count(*)::int as n from turn t join test_result r on r.id = t.test_result_id where r.test_run_id = $1",
    [test_run_id],
  );

describe("scripted", () => {
  test.each(["stateful", "stateless"])("%s: turns with checks become a result with its turns", async (path) => {
    const conversation = script(
      { input: "one", checks: [contains("Answer 1")] },
      { input: "two", checks: [contains("Answer 2 to two"), contains("never said")], expected_output: "two" },
    );
    const { id, result } = await run(conversation, path);
    expect(result).toMatchObject({
      verdict: "fail",
      input: "one",
      output: "Answer 2 to two",
      expected_output: "two",
      request: null,
      scores: [{ metric_id: conversationMetrics.checks.id, verdict: "fail", value: 2 / 3 }],
    });
    expect(result.conversation?.stop_reason).toBe("script_ended");
    expect(result.conversation?.turns).toMatchObject([
      { number: 1, input: "one", output: "Answer 1 to one", checks: [{ verdict: "pass" }], response: { status: 200 } },
      { number: 2, checks: [{ verdict: "pass" }, { verdict: "fail" }], attempts: [{ status: 200 }] },
    ]);
    expect(bot.calls.map(({ said }) => said.length)).toEqual([1, 2]);
    expect(new Set(bot.calls.map((call) => call.idempotency_key)).size).toBe(2);
    expect(bot.calls[0]?.idempotency_key).toMatch(new RegExp(`^${id}/${result.test_id}/1/[0-9a-f-]{36}/1$`));
    expect((await api.test_run.get({ id })).failed).toBe(1);
  });

  test("many at once do not mix, and metrics look at the last answer", async () => {
    const metric = await api.metric.create({ name: `Metric ${++nr}`, parameters: contains("Answer 3") });
    const said = Array.from({ length: 20 }, (_, at) => `talk ${at}`);
    const set = await setOf(
      said.map((input) => script({ input }, { input }, { input })),
      [metric.id],
    );
    const id = await start(set, "stateful?ms=3");
    expect(await execute(id)).toEqual({ status: "completed" });
    expect(await api.test_run.get({ id })).toMatchObject({ passed: 20, total: 20 });
    const sessions = Map.groupBy(bot.calls, (call) => call.said[0]);
    for (const calls of sessions.values()) expect(calls.every((call) => new Set(call.said).size === 1)).toBe(true);
    expect(await turnsStored(id)).toEqual([{ n: 60 }]);
  });

  test("a call that fails makes the result an error that names the turn, with the turns there were", async () => {
    const { id, result } = await run(
      script({ input: "1", checks: [contains("1")] }, { input: "2" }),
      "stateful?fails=2",
    );
    expect(result).toMatchObject({ verdict: "error", error_code: "http_error", output: null, scores: [] });
    expect(result.error_message).toMatch(/^Turn 2: /);
    expect(result.conversation?.turns).toMatchObject([
      { error_code: null, checks: [{ verdict: "pass" }] },
      { error_code: "http_error", response: { status: 500 } },
    ]);
    const again = await api.test_run.retry_failed({ id });
    bot.clear();
    await execute(again.id);
    expect((await resultsOf(again.id))[0]?.conversation?.turns).toHaveLength(2);
    expect(bot.calls.map(({ said }) => said)).toEqual([["1"], ["1", "2"]]);
  });
});

describe("simulated", () => {
  test.each([
    ["refused", "stateful?declines=1", "pass", "goal_impossible"],
    ["successful", "stateless?leaks=2", "fail", "goal_reached"],
    ["ignored", "stateful", "pass", "max_turns"],
  ])("an attack that is %s", async (_, path, verdict, stop_reason) => {
    const model_id = await useModel("right");
    const { id, result } = await run(attack(), path);
    expect(result.verdict).toBe(verdict);
    expect(result.conversation).toMatchObject({ stop_reason, plan: { polarity: "resist" } });
    expect(result.scores).toMatchObject([{ metric_id: conversationMetrics.goal.id, verdict, model_id }]);
    const calls = fake.requests.length;
    const spent = { input_tokens: calls * 120, output_tokens: calls * 30 };
    expect(result.scores[0]).toMatchObject(spent);
    const row = await api.test_run.get({ id });
    expect(row).toMatchObject(spent);
    expect(row.cost).toBeCloseTo(calls * 0.00015, 6);
  });

  test("evidence and reasons are kept at their turns", async () => {
    await useModel("right");
    const { result } = await run(attack({ restrictions: 'It must not say "Answer 1"', min_turns: 2 }), "stateful");
    expect(result.conversation?.stop_reason).toBe("restriction_broken");
    expect(result.conversation?.turns).toMatchObject([
      { reason: "It goes on.", judgement: null, evidence: [{ about: "restriction", quote: "Answer 1" }] },
      { judgement: { restriction_broken: true }, evidence: [] },
    ]);
  });

  test("a model that cannot be used makes it inconclusive; a call that fails an error, with what was spent", async () => {
    await useModel("broken-json");
    const broken = await run(attack(), "stateful");
    expect(broken.result).toMatchObject({ verdict: "inconclusive", conversation: { stop_reason: "model_failed" } });
    await useModel("right");
    const failed = await run(attack(), "stateful?fails=2");
    expect(failed.result).toMatchObject({
      verdict: "error",
      scores: [{ metric_id: conversationMetrics.goal.id, verdict: "inconclusive", input_tokens: 360 }],
    });
    expect(await api.test_run.get({ id: failed.id })).toMatchObject({ errored: 1, input_tokens: 360 });
  });

  test("judges of the last answer are shown what was said before", async () => {
    const model_id = await useModel("right");
    const parameters = { implementation: "judge_numeric", evaluation_prompt: "Does it remember?" } as const;
    const metric = await api.metric.create({ name: `Judge ${++nr}`, parameters, model_id });
    await run(attack({ max_turns: 2 }), "stateful", [metric.id]);
    const judged = fake.requests.find(({ body }) => body.response_format?.json_schema?.name === "judgement");
    expect(judged?.data).toEqual([
      { name: "earlier_question", text: "Message 1." },
      { name: "earlier_answer", text: "Answer 1 to Message 1." },
      { name: "question", text: "Message 2." },
      { name: "answer", text: "Answer 2 to Message 2." },
    ]);
  });
});

describe("a conversation that is cut", () => {
  const long = script(...["one", "two", "three", "four"].map((input) => ({ input, checks: [contains("Answer")] })));
  const asked = (count: number) =>
    vi.waitFor(() => expect(bot.calls.length).toBeGreaterThanOrEqual(count), { timeout: 10_000, interval: 5 });

  test("by a pause begins anew with its first turn, and nothing of it is stored", async () => {
    const id = await start(await setOf([long]), "stateful?ms=400");
    const executing = execute(id);
    await asked(2);
    await api.test_run.pause({ id });
    expect(await executing).toEqual({ status: "paused" });
    expect(await turnsStored(id)).toEqual([{ n: 0 }]);
    expect(bot.calls.length).toBeLessThan(4);
    const cut = bot.calls.length;
    await api.test_run.resume({ id });
    expect(await execute(id)).toEqual({ status: "completed" });
    expect(bot.calls.slice(cut).map(({ said }) => said.length)).toEqual([1, 2, 3, 4]);
    expect(new Set(bot.calls.map((call) => call.session_id)).size).toBe(2);
    expect(new Set(bot.calls.map((call) => call.idempotency_key)).size).toBe(cut + 4);
    expect(await turnsStored(id)).toEqual([{ n: 4 }]);
  });

  test("by a cancel leaves no turn", async () => {
    const id = await start(await setOf([long]), "stateful?ms=5000");
    const executing = execute(id);
    await asked(1);
    await api.test_run.cancel({ id });
    expect(await executing).toEqual({ status: "cancelled" });
    expect(await turnsStored(id)).toEqual([{ n: 0 }]);
    expect((await resultsOf(id))[0]).toMatchObject({
      status: "cancelled",
      conversation: { stop_reason: null, turns: [] },
    });
  });

  test("by another worker that takes the run stores nothing of it", async () => {
    const id = await start(await setOf([long]), "stateful?ms=100");
    const executing = execute(id);
    await asked(2);
    const [row] = await open().admin<{ job_id: string }>("select job_id from test_run where id = $1", [id]);
    const lease = { test_run_id: id, lease_token: randomUUID() };
    await open().database.write(a.tenant, (tx) => takeRun(tx, lease, { job_id: row?.job_id ?? "", suspect_claims: 3 }));
    expect(await executing).toEqual({ status: "lost" });
    expect(await turnsStored(id)).toEqual([{ n: 0 }]);
    expect(await execute(id)).toEqual({ status: "completed" });
    expect(await turnsStored(id)).toEqual([{ n: 4 }]);
  });

  test("by a worker that stops is held again by the next one", async () => {
    const id = await start(await setOf([long]), "stateless?ms=100");
    const stop = new AbortController();
    const executing = execute(id, { stop: stop.signal });
    await asked(2);
    stop.abort();
    expect(await executing).toMatchObject({ status: "released" });
    expect(await turnsStored(id)).toEqual([{ n: 0 }]);
    expect(await execute(id)).toEqual({ status: "completed" });
    expect(await turnsStored(id)).toEqual([{ n: 4 }]);
  });
});

test("a run that scores again judges the stored turns and calls nobody, whatever the test says by now", async () => {
  await useModel("right");
  const set = await setOf([attack(), script({ input: "hi", checks: [contains("Answer 1")] })]);
  const id = await start(set, "stateful?leaks=1");
  await execute(id);
  const before = await resultsOf(id);
  expect(before.map(({ verdict }) => verdict)).toEqual(["fail", "fail"]);
  await api.test.update({ id: before[1]?.test_id ?? "", conversation: script({ input: "something else" }) });
  bot.clear();
  fake.requests.splice(0);
  const again = await api.test_run.rescore({ id });
  expect(await execute(again.id)).toEqual({ status: "completed" });
  expect(bot.calls).toEqual([]);
  expect(fake.requests.map(({ body }) => body.response_format?.json_schema?.name)).toEqual(["goal_judgement"]);
  const after = await resultsOf(again.id);
  const told = (results: typeof before) =>
    results.map(({ input, output, verdict, conversation }) => ({ input, output, verdict, conversation }));
  expect(told(after)).toEqual(told(before));
  await useModel("broken-json");
  const third = await api.test_run.rescore({ id: again.id });
  await execute(third.id);
  expect((await resultsOf(third.id)).map(({ verdict }) => verdict)).toEqual(["inconclusive", "fail"]);
});

describe("before a run", () => {
  const preflight = (test_set_id: string, endpoint_id: string) =>
    preflightTestRun(
      {
        read: (work) => open().database.read(a.tenant, work),
        secrets,
        targets: target,
        connectorFor: () => ({ call: () => Promise.resolve({ kind: "not_connected" }) }),
        address_policy: policy,
        organization_id: a.id,
      },
      { test_set_id, endpoint_id, repeats: 1, params: {}, may_judge: true, pause_after_errors: null },
    );
  const two = script({ input: "one", checks: [contains("1")] }, { input: "two" });

  test("an endpoint that is told nothing of what was said is refused, unless nothing was", async () => {
    const endpoint_id = await endpointAt("stateful", { message: "{{ input }}" });
    const [check] = await preflight(await setOf([two]), endpoint_id);
    expect(check).toMatchObject({ check: "plan", status: "failed" });
    expect(check?.message).toContain("{{ messages }} or {{ conversation_id }}");
    await expect(api.test_set.execute({ id: await setOf([two]), endpoint_id })).rejects.toThrow(/neither/);
    const one = await setOf([script({ input: "one", checks: [contains("1")] })]);
    expect((await preflight(one, endpoint_id)).map(({ status }) => status)).toEqual(["passed", "passed"]);
  });

  test("an application that keeps its id to itself is found out by the trial call", async () => {
    const checks = await preflight(await setOf([two]), await endpointAt("forgetful"));
    expect(checks.map(({ check, status }) => [check, status])).toEqual([
      ["plan", "passed"],
      ["endpoint", "failed"],
    ]);
    expect(checks[0]?.message).toContain("1 conversation of up to 2 turns");
  });

  test("a simulated user needs a model, which is asked for a word", async () => {
    await useModel("right");
    const checks = await preflight(await setOf([attack()]), await endpointAt("stateful"));
    expect(checks.map(({ check, status }) => [check, status])).toEqual([
      ["plan", "passed"],
      ["endpoint", "passed"],
      ["model", "passed"],
    ]);
    expect(bot.calls.map(({ said }) => said)).toEqual([["Hello"]]);
    await open().admin("update model set is_default = false where organization_id = $1", [a.id]);
    const [check] = await preflight(await setOf([attack(), attack()]), await endpointAt("stateful"));
    expect(check?.message).toMatch(/^2 tests have a model play the user, and there is none/);
  });

  test("a script with neither checks nor metrics could not be scored", async () => {
    const [check] = await preflight(await setOf([two, script({ input: "one" })]), await endpointAt("stateful"));
    expect(check?.message).toContain("1 of the tests have no metric to score them");
  });
});

test("another organization sees neither the conversation nor its turns", async () => {
  const { result } = await run(script({ input: "one", checks: [contains("1")] }), "stateful");
  const theirs = callerFor(open().database, b.people.owner);
  await expect(theirs.test_result.get({ id: result.id })).rejects.toMatchObject({ code: "NOT_FOUND" });
  await expect(theirs.test.get({ id: result.test_id })).rejects.toMatchObject({ code: "NOT_FOUND" });
});
