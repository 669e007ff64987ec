import { randomUUID } from "node:crypto";
import { beforeAll, describe, expect, test } from "vitest";
import { callerFor, type Caller } from "@rhesis/testkit/caller";
import { codeOf, describeAsset, problemsOf } from "@rhesis/testkit/asset-contract";
import { useTestDatabase } from "@rhesis/testkit/database";
import { createTenants, type TestOrganization } from "@rhesis/testkit/tenants";

const open = useTestDatabase();

describeAsset(
  {
    resource: "test",
    procedures: (caller) => caller.test,
    writer: "member",
    has_unique_name: false,
    is_project_scoped: true,
    create: ({ project_id }, label) => ({ project_id, input: `What about ${label}?` }),
    change: (label) => ({ name: label }),
    refused: [
      { why: "no stimulus", input: ({ project_id }) => ({ project_id }), field: "input" },
      {
        why: "a project that is not there",
        input: () => ({ project_id: randomUUID(), input: "x" }),
        field: "project_id",
      },
      {
        why: "a requirement that is not there",
        input: ({ project_id }) => ({ project_id, input: "x", requirement_id: randomUUID() }),
        field: "requirement_id",
      },
      {
        why: "a prompt that is not there",
        input: ({ project_id }) => ({ project_id, prompt_id: randomUUID() }),
        field: "prompt_id",
      },
    ],
  },
  open,
);

describe("tests", () => {
  let a: TestOrganization;
  let b: TestOrganization;
  let api: Caller;
  beforeAll(async () => {
    ({ a, b } = await createTenants(open().database));
    api = callerFor(open().database, a.people.member);
  });

  test("a list shows names of labels and the beginning of long texts, a single test shows all", async () => {
    const { project_id } = a;
    const requirement = await api.requirement.create({ name: "Knows the policy" });
    const topic = await api.topic.create({ name: "Claims" });
    const category = await api.category.create({ name: "Harmless" });
    const labels = { requirement_id: requirement.id, topic_id: topic.id, category_id: category.id };
    const input = "long ".repeat(1000);
    const made = await api.test.create({
      project_id,
      input,
      expected_output: input,
      metadata: { from: "x" },
      ...labels,
    });
    const names = { requirement_name: requirement.name, topic_name: topic.name, category_name: category.name };
    expect(made).toMatchObject({ input, expected_output: input, metadata: { from: "x" }, ...labels, ...names });
    const short = input.slice(0, 500);
    for (const filter of [{ requirement_id: requirement.id }, { topic_id: topic.id }, { category_id: category.id }]) {
      const { items, total } = await api.test.list({ project_id, ...filter });
      expect([total, items]).toMatchObject([1, [{ id: made.id, input: short, expected_output: short, ...names }]]);
    }
  });

  test("takes its input from a prompt, on creation and on change", async () => {
    const { project_id } = a;
    const first = await api.prompt.create({ name: "First", content: "Say hello" });
    const second = await api.prompt.create({ name: "Second", content: "Say goodbye" });
    const made = await api.test.create({ project_id, prompt_id: first.id });
    expect(made).toMatchObject({ input: "Say hello", prompt_id: first.id });
    expect(await api.test.update({ id: made.id, prompt_id: second.id })).toMatchObject({ input: "Say goodbye" });
    expect(await api.test.update({ id: made.id, prompt_id: first.id, input: "Own words" })).toMatchObject({
      input: "Own words",
      prompt_id: first.id,
    });
    expect(await api.test.update({ id: made.id, prompt_id: null })).toMatchObject({
      input: "Own words",
      prompt_id: null,
    });
  });

  test("metadata: named keys are set, null removes one, the rest stay", async () => {
    const made = await api.test.create({
      project_id: a.project_id,
      input: "x",
      metadata: { keep: null, drop: 1, set: 1 },
    });
    const changed = await api.test.update({ id: made.id, metadata: { drop: null, set: { deep: null }, new: [1] } });
    expect(changed.metadata).toEqual({ keep: null, set: { deep: null }, new: [1] });
  });

  test("refuses labels that were deleted", async () => {
    const topic = await api.topic.create({ name: "Gone" });
    await api.topic.delete({ id: topic.id });
    expect(await problemsOf(api.test.create({ project_id: a.project_id, input: "x", topic_id: topic.id }))).toEqual([
      "topic_id",
    ]);
    const made = await api.test.create({ project_id: a.project_id, input: "x" });
    expect(await problemsOf(api.test.update({ id: made.id, topic_id: topic.id }))).toEqual(["topic_id"]);
  });

  test("creates 1,000 at once in the order given, or none", async () => {
    const { project_id } = a;
    const tests = Array.from({ length: 1000 }, (_, at) => ({ input: `Import ${at}`, metadata: { at } }));
    const { ids } = await api.test.create_many({ project_id, tests });
    expect(ids).toHaveLength(1000);
    const [first, last] = await Promise.all([api.test.get({ id: ids[0] ?? "" }), api.test.get({ id: ids[999] ?? "" })]);
    expect([first, last]).toMatchObject([
      { input: "Import 0", metadata: { at: 0 } },
      { input: "Import 999", metadata: { at: 999 } },
    ]);
    expect(ids).toEqual(ids.toSorted());
    const before = (await api.test.list({ project_id })).total;
    const half = [{ input: "fine" }, { input: "not", topic_id: randomUUID() }];
    expect(await problemsOf(api.test.create_many({ project_id, tests: half }))).toEqual(["tests.1.topic_id"]);
    expect((await api.test.list({ project_id })).total).toBe(before);
    expect(await codeOf(api.test.create_many({ project_id, tests: [...tests, { input: "x" }] }))).toBe("BAD_REQUEST");
    expect(await codeOf(api.test.create_many({ project_id, tests: [{ input: "a\u0000b" }] }))).toBe(
      "UNPROCESSABLE_CONTENT",
    );
  });

  test("takes no label of another organization", async () => {
    const topic = await callerFor(open().database, b.people.member).topic.create({ name: "Theirs" });
    expect(await problemsOf(api.test.create({ project_id: a.project_id, input: "x", topic_id: topic.id }))).toEqual([
      "topic_id",
    ]);
    expect(await problemsOf(api.test.create({ project_id: b.project_id, input: "x" }))).toEqual(["project_id"]);
  });
});
