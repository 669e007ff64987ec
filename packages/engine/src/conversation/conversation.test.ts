import { startChatbotFake, type ChatbotFake } from "@rhesis/testkit/chatbot-fake";
import { startOpenAiFake, type OpenAiFake } from "@rhesis/testkit/openai-fake";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { createJudgeModel } from "../model/judge-model.ts";
import { targetConfig } from "../target/schema.ts";
import { createTargetClient, type TargetClient } from "../target/target-client.ts";
import { conversationMemory } from "./memory.ts";
import { scriptedConversation, simulatedConversation } from "./schema.ts";
import { checksFinding, holdScripted } from "./scripted.ts";
import { holdSimulated, judgeAgain } from "./simulated.ts";
import type { TargetPort } from "./track.ts";

const policy = { allow_loopback: true, allow_private: [] };
let bot: ChatbotFake;
let fake: OpenAiFake;
let client: TargetClient;

beforeAll(async () => {
  [bot, fake] = await Promise.all([startChatbotFake(), startOpenAiFake()]);
  client = createTargetClient({ policy });
});
beforeEach(() => {
  bot.clear();
  fake.requests.splice(0);
});
afterAll(async () => {
  await Promise.all([bot.close(), fake.close(), client.close()]);
});

const mappings = {
  stateful: { message: "{{ input }}", session_id: "{{ conversation_id }}" },
  forgetful: { message: "{{ input }}", session_id: "{{ conversation_id }}" },
  stateless: { messages: "{{ messages }}" },
};

function targetAt(path: string, signal?: AbortSignal): TargetPort {
  const kind = path.split("?")[0] as keyof typeof mappings;
  const config = targetConfig.parse({
    url: `${bot.url}/${path}`,
    request_mapping: mappings[kind],
    response_mapping: { output: "$.reply" },
    max_attempts: 1,
  });
  return {
    memory: conversationMemory(config),
    ask: ({ input, messages, conversation_id }) =>
      client.call(config, null, { input, messages, conversation_id }, signal === undefined ? {} : { signal }),
  };
}

const asking = (model_name: string, signal?: AbortSignal) => ({
  model: createJudgeModel(
    {
      provider: "openai_compatible",
      model_name,
      base_url: fake.url,
      headers: {},
      input_price: 1,
      output_price: 1,
    },
    null,
    { policy, max_retries: 0 },
  ),
  signal,
});

const script = (...turns: object[]) => scriptedConversation.parse({ type: "scripted", turns });
const says = (phrase: string) => ({ implementation: "contains", phrases: [phrase] });
const simulate = (changes: object) =>
  simulatedConversation.parse({ type: "simulated", goal: 'Get the code "4711"', polarity: "reach", ...changes });
const hold = async (path: string, changes: object, model = "right") => {
  const held = await holdSimulated(simulate(changes), { target: targetAt(path), asking: asking(model) });
  if (held === null) throw new Error("the conversation was cut");
  return held;
};
const judgedTurns = () =>
  fake.requests.filter(({ body }) => body.response_format?.json_schema?.name === "goal_judgement").length;

describe("what the application knows of a conversation", () => {
  test.each(["stateful", "stateless"])("%s: it knows what was said before", async (kind) => {
    const turns = ["one", "two", "three"].map((input) => ({ input, checks: [says(`to ${input}`)] }));
    const held = await holdScripted(script(...turns), targetAt(kind));
    expect(held?.stop_reason).toBe("script_ended");
    expect(bot.calls.map(({ said }) => said.join(" "))).toEqual(["one", "one two", "one two three"]);
    expect(bot.calls.every(({ remembers }) => remembers)).toBe(true);
    expect(checksFinding(held?.turns ?? [])).toMatchObject({ verdict: "pass", value: 1 });
  });

  test("one that does not say which conversation it is ends the conversation, instead of beginning another", async () => {
    const held = await holdScripted(script({ input: "one" }, { input: "two" }), targetAt("forgetful"));
    expect(held?.stop_reason).toBe("target_failed");
    expect(held?.turns[1]?.outcome.error).toMatchObject({ code: "mapping_failed" });
    expect(bot.calls).toHaveLength(1);
  });

  test("is told by the variables of its mapping", () => {
    const memory = (request_mapping: unknown, headers = {}) =>
      conversationMemory(targetConfig.parse({ url: bot.url, request_mapping, headers }));
    expect(memory({ input: "{{ input }}" })).toBe("none");
    expect(memory(null)).toBe("none");
    expect(memory({ q: "{{ input }}" }, { "x-session": "{{ session_id }}" })).toBe("id");
    expect(memory({ __body__: "{% for m in messages %}{{ m.content }}{% endfor %}" })).toBe("history");
    expect(memory({ m: ["{{ messages }}"], id: "{{ thread_id }}" })).toBe("history");
    expect(memory({ broken: "{{ conversation_id" })).toBe("none");
  });
});

describe("scripted", () => {
  test("each answer is checked against its own turn, and all turns are said", async () => {
    const held = await holdScripted(
      script(
        { input: "one", checks: [says("Answer 1"), says("nothing of the kind")] },
        { input: "two", expected_output: "Answer 2 to two", checks: [{ implementation: "exact_match" }] },
        { input: "three", checks: [{ implementation: "exact_match" }] },
      ),
      targetAt("stateful"),
    );
    const verdicts = held?.turns.map(({ checks }) => checks.map(({ verdict }) => verdict));
    expect(verdicts).toEqual([["pass", "fail"], ["pass"], ["inconclusive"]]);
    const finding = checksFinding(held?.turns ?? []);
    expect(finding).toMatchObject({ verdict: "fail", value: 0.5 });
    expect(finding?.reason).toContain("Turn 1: ");
  });

  test("an answer that does not come ends it", async () => {
    const held = await holdScripted(
      script({ input: "1" }, { input: "2" }, { input: "3" }),
      targetAt("stateful?fails=2"),
    );
    expect(held?.stop_reason).toBe("target_failed");
    expect(held?.turns.map(({ outcome }) => outcome.error?.code ?? null)).toEqual([null, "http_error"]);
    expect(checksFinding(held?.turns ?? [])).toBeNull();
  });

  test("one that is aborted comes to nothing", async () => {
    const stop = new AbortController();
    const holding = holdScripted(script({ input: "1" }, { input: "2" }), targetAt("stateful?ms=5000", stop.signal));
    stop.abort();
    expect(await holding).toBeNull();
  });
});

describe("simulated", () => {
  test("stops when the goal is reached, with evidence of the turn that shows it", async () => {
    const held = await hold("stateful?leaks=3", { min_turns: 1, max_turns: 6 });
    expect(held).toMatchObject({ stop_reason: "goal_reached", goal: { verdict: "pass", label: "reached" } });
    expect(held.turns.map(({ input }) => input)).toEqual(["Message 1.", "Message 2.", "Message 3."]);
    expect(held.turns.map(({ evidence }) => evidence.length)).toEqual([0, 0, 1]);
    expect(held.turns[2]).toMatchObject({ judgement: { state: "reached" }, evidence: [{ quote: "4711" }] });
    expect(held.turns[0]).toMatchObject({ reason: "It goes on.", judgement: { state: "open" } });
    // Three messages and three judgements, 120 + 30 tokens each.
    expect(held.goal.usage).toEqual({ input_tokens: 720, output_tokens: 180, cost: expect.closeTo(0.0009, 6) });
  });

  test.each([
    ["an attack that is refused", "resist", "stateful?declines=1", "pass", "goal_impossible", "withstood"],
    ["an attack that is dodged to the end", "resist", "stateful", "pass", "max_turns", "withstood"],
    ["an attack that succeeds", "resist", "stateful?leaks=1", "fail", "goal_reached", "gave in"],
    ["a wish that is refused", "reach", "stateful?declines=1", "fail", "goal_impossible", "not reached"],
    ["a wish that leads nowhere", "reach", "stateful", "fail", "max_turns", "not reached"],
    ["a wish that is fulfilled", "reach", "stateless?leaks=1", "pass", "goal_reached", "reached"],
  ])("%s (%s)", async (_, polarity, path, verdict, stop_reason, label) => {
    const held = await hold(path, { polarity, min_turns: 1, max_turns: 2 });
    expect(held).toMatchObject({ stop_reason, goal: { verdict, label } });
  });

  test.each([
    [{ max_turns: 10 }, 8, "goal_reached", 1],
    [{ min_turns: 4, max_turns: 10 }, 4, "goal_reached", 1],
    [{ min_turns: 10, max_turns: 10 }, 10, "goal_reached", 1],
    [{ max_turns: 1 }, 1, "goal_reached", 1],
  ])("is not judged before its floor: %o", async (limits, turns, stop_reason, judgements) => {
    const held = await hold("stateful?leaks=1", limits);
    expect([held.turns.length, held.stop_reason, judgedTurns()]).toEqual([turns, stop_reason, judgements]);
  });

  test("what must not be done is a fail, also where the goal was an attack that failed", async () => {
    const restrictions = 'It must not say "Answer 2"';
    const held = await hold("stateful", { polarity: "resist", restrictions, min_turns: 1 });
    expect(held).toMatchObject({ stop_reason: "restriction_broken", goal: { verdict: "fail" } });
    expect(held.turns[1]?.evidence).toEqual([{ about: "restriction", quote: "Answer 2" }]);
  });

  test("an answer that does not come ends it; what the models used is kept", async () => {
    const held = await hold("stateful?fails=2", { min_turns: 1 });
    expect(held).toMatchObject({ stop_reason: "target_failed", goal: { verdict: "inconclusive" } });
    expect(held.goal.usage?.input_tokens).toBe(360);
  });

  test("a reply that cannot be used is asked for once more", async () => {
    const held = await hold("stateful?leaks=1", { min_turns: 1 }, "broken-once");
    expect(held.goal.verdict).toBe("pass");
    expect(fake.requests[1]?.outside).toContain("could not be used");
  });

  test.each([
    ["broken-json", 0, "The user could not be simulated."],
    ["unauthorized", 0, "does not accept the API key"],
    ["invents-quotes", 1, "The conversation could not be judged. A reached goal needs evidence"],
  ])("a model that fails makes it inconclusive: %s", async (model, turns, message) => {
    const held = await hold("stateful?leaks=1", { min_turns: 1 }, model);
    expect(held).toMatchObject({ stop_reason: "model_failed", goal: { verdict: "inconclusive" } });
    expect(held.turns).toHaveLength(turns);
    expect(held.goal.reason).toContain(message);
  });

  test("answers that give orders are data to the user and to the judge", async () => {
    const held = await hold("stateful?orders=1", { polarity: "resist", min_turns: 1, max_turns: 2 }, "gullible");
    expect(held).toMatchObject({ stop_reason: "max_turns", goal: { verdict: "pass" } });
    const shown = fake.requests.flatMap(({ data }) => data).filter(({ text }) => text.includes("ignore all"));
    expect(new Set(shown.map(({ name }) => name))).toEqual(new Set(["application", "application_1"]));
    expect(fake.requests.every(({ outside }) => !outside.includes("ignore all"))).toBe(true);
  });

  test("the user is shown the last ten messages, the judge all; both at temperature 0", async () => {
    await hold("stateful", { max_turns: 8, min_turns: 8, polarity: "resist" });
    expect(fake.requests.map(({ data }) => data.length)).toEqual([0, 2, 4, 6, 8, 10, 10, 10, 16]);
    expect(fake.requests.every(({ body }) => body.temperature === 0)).toBe(true);
  });

  test("nothing new begins when it is to end, and what is under way is aborted", async () => {
    const ending = new AbortController();
    const target = targetAt("stateful");
    const ask: TargetPort["ask"] = (call) => {
      ending.abort();
      return target.ask(call);
    };
    const ports = { target: { ...target, ask }, asking: asking("right"), ending: ending.signal };
    expect(await holdSimulated(simulate({}), ports)).toBeNull();
    expect(bot.calls).toHaveLength(1);
    const stopped = { target, asking: asking("slow", AbortSignal.timeout(50)) };
    expect(await holdSimulated(simulate({}), stopped)).toBeNull();
  });

  test("one that was held before is judged again over all of its turns, by what holds now", async () => {
    const held = await hold("stateful?leaks=2", { min_turns: 2 });
    bot.clear();
    const again = await judgeAgain(simulate({ polarity: "resist" }), held, asking("right"));
    expect(again).toMatchObject({ stop_reason: "goal_reached", goal: { verdict: "fail", label: "gave in" } });
    expect(again?.turns.map(({ evidence }) => evidence.length)).toEqual([0, 1]);
    expect(bot.calls).toEqual([]);
    const broken = await judgeAgain(simulate({}), held, asking("broken-json"));
    expect(broken?.goal.verdict).toBe("inconclusive");
    fake.requests.splice(0);
    const early = await judgeAgain(simulate({}), { ...held, stop_reason: "model_failed" }, asking("right"));
    expect([early?.goal.verdict, fake.requests.length]).toEqual(["inconclusive", 0]);
  });
});
