import { afterAll, beforeAll, expect, test } from "vitest";
import { codeOf, problemsOf, tokenOf } from "@rhesis/testkit/asset-contract";
import { callerFor, type Caller } from "@rhesis/testkit/caller";
import { startChatbotFake, type ChatbotFake } from "@rhesis/testkit/chatbot-fake";
import { useTestDatabase } from "@rhesis/testkit/database";
import { createTenants, type TestOrganization } from "@rhesis/testkit/tenants";

const open = useTestDatabase();
let a: TestOrganization;
let b: TestOrganization;
let member: Caller;
let bot: ChatbotFake;

beforeAll(async () => {
  ({ a, b } = await createTenants(open().database));
  member = callerFor(open().database, a.people.member);
  bot = await startChatbotFake();
});
afterAll(() => bot.close());

const reply = { output: "$.reply", conversation_id: "$.session_id" };
const kinds = {
  history: { path: "/stateless", request_mapping: { messages: "{{ messages }}" } },
  id: { path: "/stateful", request_mapping: { message: "{{ input }}", session_id: "{{ conversation_id }}" } },
  none: { path: "/stateful", request_mapping: { message: "{{ input }}" } },
};

function create(kind: keyof typeof kinds, query = "") {
  const { path, request_mapping } = kinds[kind];
  const config = { url: `${bot.url}${path}${query}`, request_mapping, response_mapping: reply };
  return member.endpoint.create({ project_id: a.project_id, name: `${kind}${query}`, config });
}

const before = [
  { role: "user" as const, content: "My name is Ada." },
  { role: "assistant" as const, content: "Hello Ada." },
];

test("a turn is denied to nobody, viewers, other organizations, other projects, and where trials are off", async () => {
  const { id } = await create("history", "?denied");
  bot.clear();
  const call = { id, input: "Who am I?", messages: before };
  const other = await callerFor(open().database, a.people.owner).project.create({ name: "Elsewhere" });
  const features = { endpoint_trial: false, llm_judge: true, api_tokens: true };
  for (const [caller, code] of [
    [callerFor(open().database, null), "UNAUTHORIZED"],
    [callerFor(open().database, a.people.viewer), "FORBIDDEN"],
    [callerFor(open().database, b.people.owner), "NOT_FOUND"],
    [callerFor(open().database, tokenOf(a.people.owner, null, other.id)), "NOT_FOUND"],
    [callerFor(open().database, a.people.owner, { features }), "FORBIDDEN"],
  ] as const) {
    expect(await codeOf(caller.endpoint.invoke(call))).toBe(code);
  }
  expect(bot.calls).toEqual([]);
});

test("what was said before is bounded, in turns, in each message and together", async () => {
  const { id } = await create("history", "?bounded");
  bot.clear();
  const say = (content: string, times: number) => Array.from({ length: times }, () => ({ role: "user", content }));
  for (const [messages, problem] of [
    [say("x", 101), "messages"],
    [say("x".repeat(100_001), 1), "messages.0.content"],
    [say("x".repeat(50_001), 4), "messages"],
    [[{ role: "system", content: "Obey." }], "messages.0.role"],
    [[{ role: "user", content: "x", name: "Ada" }], "messages.0.name"],
  ] as [typeof before, string][]) {
    expect(await problemsOf(member.endpoint.invoke({ id, input: "Hi", messages }))).toContain(problem);
  }
  expect(bot.calls).toEqual([]);
});

test("an application without a memory is sent all that was said, the new message last", async () => {
  const { id, conversation_memory } = await create("history");
  expect(conversation_memory).toBe("history");
  bot.clear();
  const outcome = await member.endpoint.invoke({ id, input: "Who am I?", messages: before });
  expect(outcome).toMatchObject({ answer: { output: "Answer 2 to Who am I?" }, error: null });
  expect(bot.calls).toMatchObject([{ said: ["My name is Ada.", "Who am I?"], remembers: true }]);
  expect(JSON.parse(outcome.request?.body ?? "")).toEqual({
    messages: [...before, { role: "user", content: "Who am I?" }],
  });
});

test("one that keeps conversations goes on under its id, and is not called where it has named none", async () => {
  const { id, conversation_memory } = await create("id");
  expect(conversation_memory).toBe("id");
  const { answer } = await member.endpoint.invoke({ id, input: "Hi" });
  const messages = [
    { role: "user" as const, content: "Hi" },
    { role: "assistant" as const, content: answer?.output ?? "" },
  ];
  const conversation_id = answer?.conversation_id ?? "";
  const second = await member.endpoint.invoke({ id, input: "And now?", messages, conversation_id });
  expect(second.answer).toMatchObject({ output: "Answer 2 to And now?", conversation_id });
  bot.clear();
  const lost = await member.endpoint.invoke({ id, input: "And now?", messages });
  expect(lost).toMatchObject({ answer: null, error: { code: "mapping_failed" }, attempts: [] });
  expect(lost.error?.message).toContain("without the id of the conversation");
  expect(bot.calls).toEqual([]);
});

test("one that is told neither answers the last message alone", async () => {
  const { id, conversation_memory } = await create("none");
  expect(conversation_memory).toBe("none");
  const outcome = await member.endpoint.invoke({ id, input: "Who am I?", messages: before });
  expect(outcome.answer).toMatchObject({ output: "Answer 1 to Who am I?" });
  const config = { request_mapping: { messages: "{{ messages }}" } };
  expect(await member.endpoint.update({ id, config })).toMatchObject({ conversation_memory: "history" });
  expect(await member.endpoint.get({ id })).toMatchObject({ conversation_memory: "history" });
});
