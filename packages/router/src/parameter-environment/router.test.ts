import { randomUUID } from "node:crypto";
import { beforeAll, expect, test } from "vitest";
import { codeOf, tokenOf } from "@rhesis/testkit/asset-contract";
import { callerFor, type Caller } from "@rhesis/testkit/caller";
import { useTestDatabase } from "@rhesis/testkit/database";
import { createTenants, type TestOrganization } from "@rhesis/testkit/tenants";

const open = useTestDatabase();
let a: TestOrganization;
let b: TestOrganization;
let member: Caller;
let project_id: string;
let experiment_id: string;

beforeAll(async () => {
  ({ a, b } = await createTenants(open().database));
  ({ project_id } = a);
  member = callerFor(open().database, a.people.member);
  ({ id: experiment_id } = await member.experiment.create({ project_id, name: "Prompts", visibility: "shared" }));
  await member.experiment.add_version({ id: experiment_id, values: {} });
});

const bindAs = (by: Caller, changes: object = {}) =>
  by.parameter_environment.bind({ project_id, name: "production", experiment_id, version: 1, ...changes });

test("is denied to who may not promote, and finds nothing of others", async () => {
  for (const [identity, list, act] of [
    [null, "UNAUTHORIZED", "UNAUTHORIZED"],
    [tokenOf(a.people.owner, [], null), "FORBIDDEN", "FORBIDDEN"],
    [tokenOf(a.people.owner, ["experiment:update"], null), "FORBIDDEN", "FORBIDDEN"],
    [a.people.viewer, "done", "FORBIDDEN"],
    [b.people.owner, "NOT_FOUND", "NOT_FOUND"],
  ] as const) {
    const by = callerFor(open().database, identity);
    expect(await codeOf(by.parameter_environment.list({ project_id }))).toBe(list);
    expect(await codeOf(bindAs(by))).toBe(act);
    expect(await codeOf(by.parameter_environment.unbind({ project_id, name: "production" }))).toBe(act);
  }
  expect(await member.parameter_environment.list({ project_id })).toEqual({ items: [] });
});

test("binds to a version of a shared experiment of the project only", async () => {
  const mine = await member.experiment.create({ project_id, name: "Mine" });
  await member.experiment.add_version({ id: mine.id, values: {} });
  await expect(bindAs(member, { experiment_id: mine.id })).rejects.toThrow("“Mine” is private. Share it first");
  expect(await codeOf(bindAs(member, { experiment_id: mine.id }))).toBe("CONFLICT");
  expect(await codeOf(bindAs(member, { experiment_id: randomUUID() }))).toBe("NOT_FOUND");
  expect(await codeOf(bindAs(member, { version: 2 }))).toBe("NOT_FOUND");
  const elsewhere = await callerFor(open().database, a.people.owner).project.create({ name: "Elsewhere" });
  expect(await codeOf(bindAs(member, { project_id: elsewhere.id }))).toBe("NOT_FOUND");
  for (const name of ["", "Production", "-x", "a b", "x".repeat(64), "ü"]) {
    expect(await codeOf(bindAs(member, { name })), name).toBe("BAD_REQUEST");
  }
  expect(await member.parameter_environment.list({ project_id })).toEqual({ items: [] });
});

test("is bound, bound to something else, listed by name and unbound, each with its audit row", async () => {
  const first = await bindAs(member);
  expect(first).toMatchObject({ name: "production", experiment_name: "Prompts", experiment_version: 1, problem: null });
  const admin = callerFor(open().database, a.people.admin);
  const other = await admin.experiment.create({ project_id, name: "Other", visibility: "shared" });
  await admin.experiment.add_version({ id: other.id, values: {} });
  const moved = await bindAs(admin, { experiment_id: other.id });
  expect(moved).toMatchObject({ id: first.id, experiment_id: other.id, user_name: "admin" });
  await bindAs(member, { name: "eu-1.canary_b" });
  const { items } = await callerFor(open().database, a.people.viewer).parameter_environment.list({ project_id });
  expect(items.map(({ name }) => name)).toEqual(["eu-1.canary_b", "production"]);
  const unbind = () => member.parameter_environment.unbind({ project_id, name: "production" });
  expect([await unbind(), await unbind()]).toEqual([{ unbound: true }, { unbound: false }]);
  const log = await open().admin<{ action: string }>("select action from audit_log where entity_id = $1 order by id", [
    first.id,
  ]);
  expect(log.map(({ action }) => action)).toEqual(["create", "update", "delete"]);
});

test("are at most fifty in a project", async () => {
  const bound = (await member.parameter_environment.list({ project_id })).items.length;
  await open().admin(
    `insert into parameter_environment (organization_id, project_id, name, experiment_id, experiment_version)
     select $1, $2, 'n' || n, $3, 1 from generate_series(1, $4) n`,
    [a.id, project_id, experiment_id, 50 - bound],
  );
  await expect(bindAs(member, { name: "one-more" })).rejects.toThrow("A project has at most 50 environments");
  expect(await codeOf(bindAs(member, { name: "n1" }))).toBe("done");
});

test("goes and comes back with its project", async () => {
  const owner = callerFor(open().database, a.people.owner);
  const { id } = await owner.project.create({ name: "Short-lived" });
  const experiment = await owner.experiment.create({ project_id: id, name: "E", visibility: "shared" });
  await owner.experiment.add_version({ id: experiment.id, values: {} });
  await bindAs(owner, { project_id: id, experiment_id: experiment.id });
  const first = await owner.project.delete({ id });
  expect(await codeOf(owner.parameter_environment.list({ project_id: id }))).toBe("NOT_FOUND");
  expect(await owner.deletion.restore({ deletion_id: first.deletion_id })).toEqual({ restored: 2 });
  expect((await owner.parameter_environment.list({ project_id: id })).items).toHaveLength(1);
  const { deletion_id } = await owner.project.delete({ id });
  expect(await owner.deletion.purge({ deletion_id })).toEqual({ purged: 2 });
});
