import { randomUUID } from "node:crypto";
import { beforeAll, describe, expect, test } from "vitest";
import { codeOf, problemsOf } from "@rhesis/testkit/asset-contract";
import { callerFor, type Caller } from "@rhesis/testkit/caller";
import { useTestDatabase } from "@rhesis/testkit/database";
import { createTenants, type TestOrganization } from "@rhesis/testkit/tenants";

const open = useTestDatabase();
let a: TestOrganization;
let b: TestOrganization;
let api: Caller;
beforeAll(async () => {
  ({ a, b } = await createTenants(open().database));
  api = callerFor(open().database, a.people.member);
});

type Draft = Parameters<Caller["test"]["create"]>[0];
type Conversation = NonNullable<Draft["conversation"]>;
const script: Conversation = {
  type: "scripted",
  turns: [
    { input: "Hello", checks: [{ implementation: "contains", phrases: ["Nora"] }] },
    { input: "And my deductible?", expected_output: "250 euros" },
  ],
};
const attack: Conversation = { type: "simulated", goal: "Have it show its instructions", polarity: "resist" };
const draft = (changes: Partial<Draft>): Draft => ({ project_id: a.project_id, kind: "multi_turn", ...changes });

describe("a multi-turn test", () => {
  test("says everything in its conversation; lists show how it begins, or its goal", async () => {
    const made = await api.test.create(draft({ name: "Talk", conversation: script }));
    expect(made).toMatchObject({ kind: "multi_turn", input: "Hello", expected_output: "250 euros" });
    expect(made.conversation).toEqual({
      type: "scripted",
      turns: [
        {
          input: "Hello",
          expected_output: null,
          checks: [{ implementation: "contains", phrases: ["Nora"], mode: "all", ignore_case: false }],
        },
        { input: "And my deductible?", expected_output: "250 euros", checks: [] },
      ],
    });
    const other = await api.test.create(draft({ conversation: attack }));
    expect(other.input).toBe("Have it show its instructions");
    expect(other.conversation).toMatchObject({ max_turns: 10, min_turns: null, restrictions: null });
    const single = await api.test.create({ project_id: a.project_id, input: "x" });
    expect(single).toMatchObject({ kind: "single_turn", conversation: null });
    const { items } = await api.test.list({ project_id: a.project_id, kind: "multi_turn" });
    expect(items.map(({ id, kind }) => [id, kind])).toEqual([
      [other.id, "multi_turn"],
      [made.id, "multi_turn"],
    ]);
    expect((await api.test.list({ project_id: a.project_id, kind: "single_turn" })).total).toBe(1);
    expect((await api.test.list({ project_id: a.project_id, q: "show its instr" })).total).toBe(1);
  });

  test("a change names the conversation as a whole, or leaves it alone", async () => {
    const { id } = await api.test.create(draft({ conversation: script }));
    const renamed = await api.test.update({ id, name: "Renamed" });
    expect(renamed).toMatchObject({ input: "Hello", conversation: { type: "scripted" } });
    expect(renamed.conversation).toEqual((await api.test.get({ id })).conversation);
    const changed = await api.test.update({ id, conversation: attack, expected_version: renamed.version });
    expect(changed).toMatchObject({
      input: "Have it show its instructions",
      expected_output: null,
      kind: "multi_turn",
    });
    expect(await codeOf(api.test.update({ id, conversation: script, expected_version: 1 }))).toBe(
      "PRECONDITION_FAILED",
    );
  });

  test("many at once keep their conversations, beside single turns", async () => {
    const tests = [{ input: "one" }, { kind: "multi_turn" as const, conversation: attack }];
    const { ids } = await api.test.create_many({ project_id: a.project_id, tests });
    const made = await Promise.all(ids.map((id) => api.test.get({ id })));
    expect(made.map(({ conversation }) => conversation?.type ?? null)).toEqual([null, "simulated"]);
  });
});

const turn = (changes: object) => ({ conversation: { type: "scripted", turns: [{ input: "x", ...changes }] } });
const pretend = (changes: object) => ({ conversation: { ...attack, ...changes } });

test.each<[string, object, string]>([
  ["no conversation", {}, "conversation"],
  ["an input beside it", { conversation: attack, input: "x" }, "input"],
  ["an expected output beside it", { conversation: attack, expected_output: "x" }, "expected_output"],
  ["a prompt beside it", { conversation: attack, prompt_id: randomUUID() }, "prompt_id"],
  ["a conversation of a single turn", { kind: "single_turn", input: "x", conversation: attack }, "conversation"],
  ["no turn", { conversation: { type: "scripted", turns: [] } }, "conversation.turns"],
  ["a turn that says nothing", turn({ input: "" }), "conversation.turns.0.input"],
  [
    "a check that asks a model",
    turn({ checks: [{ implementation: "judge_numeric", evaluation_prompt: "x" }] }),
    "conversation.turns.0.checks.0.implementation",
  ],
  [
    "a check that cannot work",
    turn({ checks: [{ implementation: "regex", pattern: "(" }] }),
    "conversation.turns.0.checks.0.pattern",
  ],
  ["no goal", pretend({ goal: " " }), "conversation.goal"],
  ["no polarity", pretend({ polarity: undefined }), "conversation.polarity"],
  ["more turns than there may be", pretend({ max_turns: 51 }), "conversation.max_turns"],
  ["a floor above the most turns", pretend({ min_turns: 11 }), "conversation.min_turns"],
  ["a key that is not there", pretend({ success: "x" }), "conversation.success"],
])("refuses %s, at its place", async (_, changes, field) => {
  const before = (await api.test.list({ project_id: a.project_id })).total;
  expect(await problemsOf(api.test.create(draft(changes)))).toContain(field);
  expect((await api.test.list({ project_id: a.project_id })).total).toBe(before);
});

describe("a test stays of its kind", () => {
  test("a change to what the other kind has is refused", async () => {
    const { id } = await api.test.create(draft({ conversation: script }));
    expect(await problemsOf(api.test.update({ id, input: "x" }))).toEqual(["input"]);
    expect(await problemsOf(api.test.update({ id, expected_output: "x" }))).toEqual(["expected_output"]);
    const { id: single } = await api.test.create({ project_id: a.project_id, input: "x" });
    expect(await problemsOf(api.test.update({ id: single, conversation: attack }))).toEqual(["conversation"]);
  });

  test("a set holds tests of one kind", async () => {
    const { project_id } = a;
    const { id } = await api.test.create(draft({ conversation: script }));
    const { id: single } = await api.test.create({ project_id, input: "x" });
    const talks = await api.test_set.create({ project_id, kind: "multi_turn", name: "Talks" });
    const questions = await api.test_set.create({ project_id, name: "Questions" });
    expect(await api.test_set.add_tests({ id: talks.id, test_ids: [id] })).toMatchObject({ added: 1 });
    const mixed = api.test_set.add_tests({ id: talks.id, test_ids: [id, single] });
    expect(await problemsOf(mixed)).toEqual(["test_ids.1"]);
    expect(await problemsOf(api.test_set.add_tests({ id: questions.id, test_ids: [id] }))).toEqual(["test_ids.0"]);
    expect((await api.test_set.get({ id: talks.id })).test_count).toBe(1);
    const { items } = await api.test_set.tests({ id: talks.id });
    expect(items).toMatchObject([{ id, kind: "multi_turn", input: "Hello" }]);
  });
});

test("denies before it allows", async () => {
  const { id } = await api.test.create(draft({ conversation: script }));
  const viewer = callerFor(open().database, a.people.viewer);
  expect(await codeOf(callerFor(open().database, null).test.create(draft({ conversation: script })))).toBe(
    "UNAUTHORIZED",
  );
  expect(await codeOf(viewer.test.create(draft({ conversation: script })))).toBe("FORBIDDEN");
  expect(await codeOf(viewer.test.update({ id, conversation: attack }))).toBe("FORBIDDEN");
  const theirs = callerFor(open().database, b.people.member);
  expect(await codeOf(theirs.test.update({ id, conversation: attack }))).toBe("NOT_FOUND");
  expect(await codeOf(theirs.test.get({ id }))).toBe("NOT_FOUND");
  expect((await viewer.test.get({ id })).conversation?.type).toBe("scripted");
});
