import { randomUUID } from "node:crypto";
import { beforeAll, beforeEach, describe, expect, test } from "vitest";
import { codeOf, problemsOf, tokenOf } from "@rhesis/testkit/asset-contract";
import { callerFor, type Caller } from "@rhesis/testkit/caller";
import { useTestDatabase } from "@rhesis/testkit/database";
import { createTenants, type TestOrganization } from "@rhesis/testkit/tenants";

const open = useTestDatabase();
let a: TestOrganization;
let b: TestOrganization;
let admin: Caller;
let member: Caller;
let stranger: Caller;
let project_id: string;

beforeAll(async () => {
  ({ a, b } = await createTenants(open().database));
  admin = callerFor(open().database, a.people.admin);
  member = callerFor(open().database, a.people.member);
  stranger = callerFor(open().database, b.people.owner);
});
beforeEach(async () => {
  ({ id: project_id } = await admin.project.create({ name: `Project ${randomUUID()}` }));
});

const tone = { name: "tone", type: "string" as const };

describe("the schema of a project", () => {
  test("is read by all of the organization and replaced by who changes projects", async () => {
    const nobody = callerFor(open().database, null);
    expect(await codeOf(nobody.parameters.schema({ project_id }))).toBe("UNAUTHORIZED");
    expect(await codeOf(nobody.parameters.set_schema({ project_id, fields: [] }))).toBe("UNAUTHORIZED");
    expect(await codeOf(member.parameters.set_schema({ project_id, fields: [] }))).toBe("FORBIDDEN");
    expect(await codeOf(stranger.parameters.schema({ project_id }))).toBe("NOT_FOUND");
    expect(await codeOf(stranger.parameters.set_schema({ project_id, fields: [] }))).toBe("NOT_FOUND");
    const bound = callerFor(open().database, tokenOf(a.people.owner, null, a.project_id));
    expect(await codeOf(bound.parameters.schema({ project_id }))).toBe("NOT_FOUND");
    expect(await member.parameters.schema({ project_id })).toMatchObject({ project_id, fields: [], version: 1 });
  });

  test("keeps the order of its fields, fills in what was left out, and refuses the version before", async () => {
    const fields = [tone, { name: "size", type: "enum" as const, options: ["s", "m"], default: "m", required: true }];
    const set = await admin.parameters.set_schema({ project_id, expected_version: 1, fields });
    expect(set).toEqual({
      project_id,
      version: 2,
      fields: [
        { ...tone, description: "", required: false, default: null },
        { ...fields[1], description: "" },
      ],
    });
    expect(await member.parameters.schema({ project_id })).toEqual(set);
    const late = admin.parameters.set_schema({ project_id, expected_version: 1, fields: [] });
    expect(await codeOf(late)).toBe("PRECONDITION_FAILED");
  });

  test.each([
    ["a name with capitals", { name: "Tone", type: "string" }, "fields.0.name"],
    ["a name that starts with a digit", { name: "1st", type: "string" }, "fields.0.name"],
    ["a name that templates have taken", { name: "constructor", type: "string" }, "fields.0.name"],
    ["a type that there is not", { name: "tone", type: "secret_ref" }, "fields.0.type"],
    ["an enum without options", { name: "tone", type: "enum", options: [] }, "fields.0.options"],
    ["an option twice", { name: "tone", type: "enum", options: ["a", "a"] }, "fields.0.options"],
    ["a default that is no option", { name: "tone", type: "enum", options: ["a"], default: "b" }, "fields.0.default"],
    ["a default of another type", { name: "tone", type: "integer", default: 0.5 }, "fields.0.default"],
    ["a line with a break", { name: "tone", type: "string", default: "a\nb" }, "fields.0.default"],
    ["a model that is not there", { name: "judge", type: "model_ref", default: randomUUID() }, "fields.0.default"],
    ["a field it does not know", { name: "tone", type: "string", secret: true }, "fields.0.secret"],
  ])("refuses %s", async (_, field, path) => {
    const call = admin.parameters.set_schema({ project_id, fields: [field] as never });
    expect(await problemsOf(call)).toEqual([path]);
  });

  test("refuses a name twice, and another organization's model as one that is not there", async () => {
    const twice = admin.parameters.set_schema({ project_id, fields: [tone, tone] });
    expect(await problemsOf(twice)).toEqual(["fields.1.name"]);
    const theirs = await stranger.model.create({ name: "m", provider: "openai", model_name: "m" });
    const foreign = { name: "judge", type: "model_ref" as const, default: theirs.id };
    expect(await problemsOf(admin.parameters.set_schema({ project_id, fields: [foreign] }))).toEqual([
      "fields.0.default",
    ]);
  });

  test("goes into the audit log when it changes", async () => {
    await admin.parameters.set_schema({ project_id, fields: [tone] });
    const owner = callerFor(open().database, a.people.owner);
    const [entry] = (await owner.audit_log.list({ entity_type: "project", entity_id: project_id })).items;
    expect(entry).toMatchObject({ action: "update", user_id: a.people.admin.user_id });
  });
});

describe("resolving", () => {
  let id: string;

  /** Two versions: v1 is bound to `default` and v2 to production. */
  beforeEach(async () => {
    await admin.parameters.set_schema({ project_id, fields: [tone] });
    ({ id } = await member.experiment.create({ project_id, name: "Tones", visibility: "shared" }));
    for (const value of ["kind", "formal", "short"]) {
      await member.experiment.add_version({ id, values: { tone: value } });
    }
    const bind = (name: string, version: number) =>
      member.parameter_environment.bind({ project_id, name, experiment_id: id, version });
    await bind("default", 1);
    await bind("production", 2);
  });

  const resolve = (request: object) => member.parameters.resolve({ project_id, ...request });

  test("takes the named version, else the newest, else the environment's, else that of default", async () => {
    const found = { experiment_id: id, experiment_name: "Tones" };
    const inEnvironment = (environment: string) => ({ ...found, source: "environment", environment });
    const named = { ...found, source: "version", environment: null };
    for (const [request, expected] of [
      [
        { experiment_id: id, version: 1 },
        { ...named, version: 1, params: { tone: "kind" } },
      ],
      [{ experiment_id: id }, { ...named, source: "latest", version: 3, params: { tone: "short" } }],
      [{ environment: "production" }, { ...inEnvironment("production"), version: 2, params: { tone: "formal" } }],
      [{}, { ...inEnvironment("default"), version: 1, params: { tone: "kind" } }],
      [
        { experiment_id: id, version: 1, environment: "production" },
        { ...named, version: 1, params: { tone: "kind" } },
      ],
    ] as const) {
      const { content_hash, ...rest } = await resolve(request);
      expect(rest).toEqual(expected);
      expect(content_hash).toBe((await member.experiment.version({ id, number: rest.version })).content_hash);
    }
  });

  test("never takes something else instead of what is not there", async () => {
    await expect(resolve({ environment: "staging" })).rejects.toThrow("Nothing is bound to the environment “staging”");
    await expect(resolve({ experiment_id: id, version: 4 })).rejects.toThrow("“Tones” has no version v4");
    const empty = await member.experiment.create({ project_id, name: "Empty" });
    await expect(resolve({ experiment_id: empty.id })).rejects.toThrow("“Empty” has no version yet");
    expect(await problemsOf(resolve({ version: 1 }))).toEqual(["version"]);
    await member.parameter_environment.unbind({ project_id, name: "default" });
    await expect(resolve({})).rejects.toThrow("nothing is bound to the environment “default”");
    const codes = [
      { environment: "staging" },
      { experiment_id: id, version: 4 },
      { experiment_id: randomUUID() },
      { experiment_id: empty.id },
      {},
    ].map((request) => codeOf(resolve(request)));
    expect(await Promise.all(codes)).toEqual(["NOT_FOUND", "NOT_FOUND", "NOT_FOUND", "CONFLICT", "NOT_FOUND"]);
  });

  test("is about one project, and about what the caller may see", async () => {
    const elsewhere = await admin.project.create({ name: `Project ${randomUUID()}` });
    expect(await codeOf(member.parameters.resolve({ project_id: elsewhere.id, experiment_id: id }))).toBe("NOT_FOUND");
    expect(await codeOf(stranger.parameters.resolve({ project_id, experiment_id: id }))).toBe("NOT_FOUND");
    const mine = await member.experiment.create({ project_id, name: "Mine" });
    await member.experiment.add_version({ id: mine.id, values: {} });
    expect(await codeOf(resolve({ experiment_id: mine.id }))).toBe("done");
    expect(await codeOf(admin.parameters.resolve({ project_id, experiment_id: mine.id }))).toBe("NOT_FOUND");
    await member.experiment.delete({ id: mine.id });
    expect(await codeOf(resolve({ experiment_id: mine.id }))).toBe("NOT_FOUND");
  });

  test("adds the default of what is newer than the version, and null for what has no value", async () => {
    const fields = [
      tone,
      { name: "size", type: "integer" as const, default: 3 },
      { name: "extra", type: "text" as const },
    ];
    await admin.parameters.set_schema({ project_id, fields });
    expect((await resolve({})).params).toEqual({ tone: "kind", size: 3, extra: null });
  });

  test("keeps the values of what the project has no parameter for any more", async () => {
    await admin.parameters.set_schema({ project_id, fields: [{ name: "size", type: "integer" }] });
    expect((await resolve({})).params).toEqual({ tone: "kind", size: null });
  });

  test("refuses values that do not fit any more, and says so where they are bound", async () => {
    const fields = [
      { name: "tone", type: "integer" as const },
      { name: "size", type: "integer" as const, required: true },
    ];
    await admin.parameters.set_schema({ project_id, fields });
    expect(await codeOf(resolve({}))).toBe("CONFLICT");
    expect((await problemsOf(resolve({}))).toSorted()).toEqual(["size", "tone"]);
    await expect(resolve({})).rejects.toThrow("v1 of “Tones” does not fit the parameters of the project any more");
    const [bound] = (await member.parameter_environment.list({ project_id })).items;
    expect(bound).toMatchObject({
      name: "default",
      problem: expect.stringContaining("tone: Enter a whole number") as string,
    });
    const bind = { project_id, name: "staging", experiment_id: id, version: 1 };
    expect(await codeOf(member.parameter_environment.bind(bind))).toBe("CONFLICT");
  });
});

test("a parameter that names a model shows mappings its names, and never its key", async () => {
  const model = await admin.model.create({
    name: "Small",
    provider: "openai",
    model_name: "gpt-x",
    api_key: "planted",
  });
  await admin.parameters.set_schema({ project_id, fields: [{ name: "llm", type: "model_ref", required: true }] });
  const { id } = await member.experiment.create({ project_id, name: "Models" });
  expect(await problemsOf(member.experiment.add_version({ id, values: { llm: randomUUID() } }))).toEqual([
    "values.llm",
  ]);
  await member.experiment.add_version({ id, values: { llm: model.id.toUpperCase() } });
  const { params } = await member.parameters.resolve({ project_id, experiment_id: id });
  expect(params).toEqual({ llm: { id: model.id, name: "Small", provider: "openai", model_name: "gpt-x" } });
  await admin.model.delete({ id: model.id });
  await expect(member.parameters.resolve({ project_id, experiment_id: id })).rejects.toThrow("There is no such model");
});
