import { beforeAll, beforeEach, describe, expect, test } from "vitest";
import { codeOf, describeAsset, problemsOf, tokenOf } from "@rhesis/testkit/asset-contract";
import { callerFor, type Caller } from "@rhesis/testkit/caller";
import { useTestDatabase } from "@rhesis/testkit/database";
import { createTenants, type TestOrganization } from "@rhesis/testkit/tenants";

const open = useTestDatabase();

describeAsset(
  {
    resource: "experiment",
    procedures: (caller) => caller.experiment,
    writer: "member",
    create: ({ project_id }, label) => ({ project_id, name: label, description: "prompts", visibility: "shared" }),
    change: (label) => ({ name: label }),
    refused: [
      { why: "no name", input: ({ project_id }) => ({ project_id, name: " " }), field: "name" },
      {
        why: "no project",
        input: () => ({ project_id: "01a20612-0000-7000-8000-000000000000", name: "x" }),
        field: "project_id",
      },
      {
        why: "a third visibility",
        input: ({ project_id }) => ({ project_id, name: "x", visibility: "public" }),
        field: "visibility",
      },
    ],
    is_project_scoped: true,
  },
  open,
);

let a: TestOrganization;
let b: TestOrganization;
let member: Caller;
let owner: Caller;
let viewer: Caller;
let project_id: string;

beforeAll(async () => {
  ({ a, b } = await createTenants(open().database));
  member = callerFor(open().database, a.people.member);
  owner = callerFor(open().database, a.people.owner);
  viewer = callerFor(open().database, a.people.viewer);
});

/** A project of its own for each test. */
beforeEach(async () => {
  ({ id: project_id } = await owner.project.create({ name: `Project ${Math.random()}` }));
  await owner.parameters.set_schema({
    project_id,
    fields: [
      { name: "tone", type: "enum", options: ["kind", "formal"], required: true },
      { name: "creativity", type: "number", default: 0.5 },
      { name: "turns", type: "integer" },
      { name: "greeting", type: "text" },
    ],
  });
});

const make = (visibility: "private" | "shared" = "shared", by = member) =>
  by.experiment.create({ project_id, name: `Experiment ${Math.random()}`, visibility });

describe("a private experiment", () => {
  test("is not found by anybody else, whatever they are and do, and is in no list of theirs", async () => {
    const { id } = await make("private");
    await member.experiment.add_version({ id, values: { tone: "kind" } });
    for (const other of [owner, viewer, callerFor(open().database, b.people.owner)]) {
      const calls = [
        other.experiment.get({ id }),
        other.experiment.versions({ id }),
        other.experiment.version({ id, number: 1 }),
        other.experiment.results({ id }),
      ];
      expect(await Promise.all(calls.map(codeOf))).toEqual(calls.map(() => "NOT_FOUND"));
      expect((await other.experiment.list({})).items.map((item) => item.id)).not.toContain(id);
      expect((await other.experiment.list({ owner_id: a.people.member.user_id, visibility: "private" })).total).toBe(0);
    }
    const acts = [
      owner.experiment.update({ id, name: "Mine" }),
      owner.experiment.delete({ id }),
      owner.experiment.share({ id }),
      owner.experiment.unshare({ id }),
      owner.experiment.add_version({ id, values: { tone: "formal" } }),
      owner.parameters.resolve({ project_id, experiment_id: id }),
      owner.parameter_environment.bind({ project_id, name: "default", experiment_id: id, version: 1 }),
    ];
    expect(await Promise.all(acts.map(codeOf))).toEqual(acts.map(() => "NOT_FOUND"));
    expect(await member.experiment.get({ id })).toMatchObject({ latest_version: 1, visibility: "private" });
  });

  test("may have the name of another person's, and of a shared one, until it is shared", async () => {
    const name = `Same ${Math.random()}`;
    const mine = await member.experiment.create({ project_id, name });
    await owner.experiment.create({ project_id, name });
    expect(await codeOf(member.experiment.create({ project_id, name }))).toBe("CONFLICT");
    const shared = await owner.experiment.create({ project_id, name, visibility: "shared" });
    await expect(member.experiment.share({ id: mine.id })).rejects.toThrow("A shared experiment of that name exists");
    await owner.experiment.delete({ id: shared.id });
    expect(await member.experiment.share({ id: mine.id })).toMatchObject({ visibility: "shared" });
  });

  test("deleted by its owner is in nobody else's recycle bin", async () => {
    const { id } = await make("private");
    const { deletion_id } = await member.experiment.delete({ id });
    expect((await owner.deletion.list({ entity_type: "experiment" })).items.map((item) => item.id)).not.toContain(
      deletion_id,
    );
    expect(await codeOf(owner.deletion.restore({ deletion_id }))).toBe("NOT_FOUND");
    expect(await codeOf(owner.deletion.purge({ deletion_id }))).toBe("NOT_FOUND");
    expect(await member.deletion.restore({ deletion_id })).toEqual({ restored: 1 });
  });
});

describe("sharing", () => {
  test("is for who may change experiments; taking it back is for the owner", async () => {
    const { id, version } = await make("private");
    expect(await codeOf(viewer.experiment.share({ id }))).toBe("FORBIDDEN");
    expect(await codeOf(callerFor(open().database, null).experiment.share({ id }))).toBe("UNAUTHORIZED");
    expect(await codeOf(member.experiment.share({ id, expected_version: version + 1 }))).toBe("PRECONDITION_FAILED");
    const shared = await member.experiment.share({ id, expected_version: version });
    expect(shared).toMatchObject({ visibility: "shared", version: version + 1, owner_name: "member" });
    expect(await member.experiment.share({ id })).toEqual(shared);
    expect(await viewer.experiment.get({ id })).toEqual(shared);
    expect(await codeOf(viewer.experiment.unshare({ id }))).toBe("FORBIDDEN");
    await expect(owner.experiment.unshare({ id })).rejects.toThrow("Only its owner");
    expect(await member.experiment.unshare({ id })).toMatchObject({ visibility: "private" });
    expect(await codeOf(owner.experiment.get({ id }))).toBe("NOT_FOUND");
  });

  test("stays while an environment is bound to it, as does the experiment", async () => {
    const { id } = await make();
    await member.experiment.add_version({ id, values: { tone: "kind" } });
    await member.parameter_environment.bind({ project_id, name: "staging", experiment_id: id, version: 1 });
    await expect(member.experiment.unshare({ id })).rejects.toThrow("it is bound to staging");
    await expect(member.experiment.delete({ id })).rejects.toThrow("it is bound to staging");
    expect(await codeOf(member.experiment.delete({ id }))).toBe("CONFLICT");
    await member.parameter_environment.unbind({ project_id, name: "staging" });
    expect(await member.experiment.unshare({ id })).toMatchObject({ visibility: "private" });
    expect(await codeOf(member.experiment.delete({ id }))).toBe("done");
  });

  test("and binding at the same moment do not both happen", async () => {
    for (let round = 0; round < 5; round += 1) {
      const { id } = await make();
      await member.experiment.add_version({ id, values: { tone: "kind" } });
      const codes = await Promise.all([
        codeOf(member.experiment.unshare({ id })),
        codeOf(owner.parameter_environment.bind({ project_id, name: `n${round}`, experiment_id: id, version: 1 })),
      ]);
      expect(codes.filter((code) => code === "done")).toHaveLength(1);
    }
  });
});

describe("versions", () => {
  test("are denied to who may not change experiments", async () => {
    const { id } = await make();
    const add = (by: Caller) => codeOf(by.experiment.add_version({ id, values: { tone: "kind" } }));
    expect(await add(callerFor(open().database, null))).toBe("UNAUTHORIZED");
    expect(await add(viewer)).toBe("FORBIDDEN");
    expect(await add(callerFor(open().database, tokenOf(a.people.owner, ["experiment:read"], null)))).toBe("FORBIDDEN");
    expect(await add(callerFor(open().database, b.people.owner))).toBe("NOT_FOUND");
    expect(await add(callerFor(open().database, tokenOf(a.people.owner, null, a.project_id)))).toBe("NOT_FOUND");
    expect(await member.experiment.get({ id })).toMatchObject({ latest_version: 0 });
  });

  test.each([
    ["a missing value", {}, "values.tone"],
    ["a value that is no option", { tone: "rude" }, "values.tone"],
    ["a text for a number", { tone: "kind", creativity: "0.5" }, "values.creativity"],
    ["a fraction for a whole number", { tone: "kind", turns: 1.5 }, "values.turns"],
    ["a parameter that the project does not have", { tone: "kind", mood: "x" }, "values.mood"],
    ["too much text", { tone: "kind", greeting: "x".repeat(50_001) }, "values.greeting"],
  ])("are refused for %s, said at the field", async (_, values, field) => {
    const { id } = await make();
    const call = member.experiment.add_version({ id, values });
    expect(await problemsOf(call)).toEqual([field]);
    expect(await codeOf(call)).toBe("UNPROCESSABLE_CONTENT");
  });

  test("are numbered, hold the defaults, and know who made them from what", async () => {
    const { id } = await make();
    const first = await member.experiment.add_version({ id, values: { tone: "kind" }, note: "As it was" });
    expect(first).toMatchObject({ number: 1, parent: null, created: true, user_name: "member", note: "As it was" });
    expect(first.values).toEqual({ tone: "kind", creativity: 0.5 });
    await owner.experiment.add_version({ id, values: { tone: "formal" } });
    const third = await owner.experiment.add_version({ id, values: { tone: "kind", turns: 3 }, parent: 1 });
    expect(third).toMatchObject({ number: 3, parent: 1, user_id: a.people.owner.user_id });
    expect(
      await problemsOf(member.experiment.add_version({ id, values: { tone: "kind", turns: 4 }, parent: 9 })),
    ).toEqual(["parent"]);
    const { items, total } = await viewer.experiment.versions({ id });
    expect(items.map(({ number, note }) => [number, note])).toEqual([
      [3, ""],
      [2, ""],
      [1, "As it was"],
    ]);
    expect(total).toBe(3);
    expect(JSON.stringify(items)).not.toContain("formal");
    const { created, ...stored } = third;
    expect(await viewer.experiment.version({ id, number: 3 })).toEqual(stored);
    expect([created, await codeOf(viewer.experiment.version({ id, number: 4 }))]).toEqual([true, "NOT_FOUND"]);
    expect(await viewer.experiment.get({ id })).toMatchObject({ latest_version: 3, version: 1 });
  });

  test("with values that are there already are that version, whatever their order, unless the schema is another", async () => {
    const { id } = await make();
    const first = await member.experiment.add_version({ id, values: { tone: "kind", creativity: 0.5 } });
    await member.experiment.add_version({ id, values: { tone: "formal" } });
    const again = await owner.experiment.add_version({ id, values: { creativity: 0.5, tone: "kind" }, note: "Again" });
    expect(again).toEqual({ ...first, created: false });
    const { fields, version } = await owner.parameters.schema({ project_id });
    const described = fields.toReversed().map((field) => ({ ...field, description: "Said differently" }));
    await owner.parameters.set_schema({ project_id, expected_version: version, fields: described });
    expect(await member.experiment.add_version({ id, values: { tone: "kind" } })).toMatchObject({
      number: 1,
      created: false,
    });
    const stricter = fields.map((field) => (field.name === "turns" ? { ...field, required: true } : field));
    await owner.parameters.set_schema({
      project_id,
      fields: [...stricter, { name: "late", type: "boolean", default: true }],
    });
    const third = await member.experiment.add_version({ id, values: { tone: "kind", turns: 1 } });
    expect(third).toMatchObject({
      number: 3,
      created: true,
      values: { tone: "kind", turns: 1, creativity: 0.5, late: true },
    });
    expect(third.schema_fingerprint).not.toBe(first.schema_fingerprint);
  });

  test("saved at the same moment get one number each, and the same values one version", async () => {
    const { id } = await make();
    const turns = [1, 2, 3, 1, 2, 3];
    const made = await Promise.all(
      turns.map((n) => member.experiment.add_version({ id, values: { tone: "kind", turns: n } })),
    );
    expect(new Set(made.map(({ number }) => number))).toEqual(new Set([1, 2, 3]));
    expect(made.filter(({ created }) => created)).toHaveLength(3);
    expect((await member.experiment.versions({ id })).total).toBe(3);
  });

  test("may hold any text that can be stored", async () => {
    const { id } = await make();
    const values = { tone: "kind", greeting: "{{ params.tone }} \ud800 “x”" };
    expect((await member.experiment.add_version({ id, values })).values["greeting"]).toBe(
      "{{ params.tone }} \ufffd “x”",
    );
    const same = { tone: "kind", greeting: "{{ params.tone }} \ufffd “x”" };
    expect(await member.experiment.add_version({ id, values: same })).toMatchObject({ number: 1, created: false });
  });
});

test("results by version count runs that asked, once, and what was deleted not at all", async () => {
  const { id } = await make();
  for (const turns of [1, 2]) await member.experiment.add_version({ id, values: { tone: "kind", turns } });
  const set = await member.test_set.create({ project_id, name: "Set" });
  const other = await member.test_set.create({ project_id, name: "Other" });
  const endpoint = await member.endpoint.create({ project_id, name: "Bot", config: { url: "http://127.0.0.1:9/" } });
  const run = (version: number, test_set_id: string, more: object = {}) => {
    const row = {
      organization_id: a.id,
      project_id,
      test_set_id,
      endpoint_id: endpoint.id,
      name: "Run",
      plan: {},
      status: "completed",
    };
    const counts = { total: 10, passed: 6, failed: 2, inconclusive: 1, errored: 1 };
    const all = { ...row, ...counts, experiment_id: id, experiment_version: version, ...more };
    const columns = Object.keys(all).join(", ");
    const from = "jsonb_populate_record(null::test_run, $1)";
    return open().admin(`insert into test_run (${columns}) select ${columns} from ${from}`, [JSON.stringify(all)]);
  };
  expect(await member.experiment.results({ id })).toEqual({ items: [] });
  await run(1, set.id);
  await run(1, other.id, { passed: 8, failed: 0 });
  await run(2, set.id);
  await run(2, set.id, { kind: "rescore" });
  await run(2, set.id, { deleted_at: new Date() });
  const last_run_at = expect.any(Date) as Date;
  const one = { version: 2, runs: 1, tests: 10, passed: 6, failed: 2, inconclusive: 1, errored: 1, last_run_at };
  expect((await viewer.experiment.results({ id })).items).toEqual([
    one,
    { ...one, version: 1, runs: 2, tests: 20, passed: 14, failed: 2, inconclusive: 2, errored: 2 },
  ]);
  expect((await viewer.experiment.results({ id, test_set_id: other.id })).items).toMatchObject([
    { version: 1, runs: 1, passed: 8 },
  ]);
  const runs = await viewer.test_run.list({ experiment_id: id, experiment_version: 2 });
  expect(runs.items.map((item) => [item.kind, item.experiment_id, item.experiment_version])).toEqual([
    ["rescore", id, 2],
    ["execute", id, 2],
  ]);
});
