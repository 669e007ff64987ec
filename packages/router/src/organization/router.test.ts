import { createHash } from "node:crypto";
import { beforeAll, describe, expect, test } from "vitest";
import { findToken, membershipsOf } from "@rhesis/db/gates";
import { permissionsOf } from "@rhesis/auth/permissions";
import { callerFor } from "@rhesis/testkit/caller";
import { codeOf, problemsOf, tokenOf } from "@rhesis/testkit/asset-contract";
import { useTestDatabase } from "@rhesis/testkit/database";
import { prepareRun } from "@rhesis/testkit/run-fixture";
import { createTenants, createUser, identityOf, type TestOrganization } from "@rhesis/testkit/tenants";

const open = useTestDatabase();
let a: TestOrganization;
let b: TestOrganization;
const as = (...[identity]: [Parameters<typeof callerFor>[1]]) => callerFor(open().database, identity);

beforeAll(async () => {
  ({ a, b } = await createTenants(open().database));
});

test("who is signed in makes one and owns it, also before they belong anywhere; a token does not", async () => {
  expect(await codeOf(as(null).organization.create({ name: "x" }))).toBe("UNAUTHORIZED");
  expect(await codeOf(as(tokenOf(a.people.owner, null, null)).organization.create({ name: "x" }))).toBe("FORBIDDEN");
  const user_id = await createUser(open().database, "new@example.com");
  const fresh = as(identityOf(user_id, null, null));
  const before = await fresh.me.get({});
  expect(before).toMatchObject({
    user: { id: user_id, email: "new@example.com" },
    memberships: [],
    organization: null,
    role: null,
    permissions: [],
  });
  expect(await codeOf(fresh.project.list({}))).toBe("FORBIDDEN");
  const made = await fresh.organization.create({ name: "Fresh" });
  const owner = as(identityOf(user_id, made.id, "owner"));
  expect((await owner.project.list({})).items).toMatchObject([{ id: made.project_id, name: "My project" }]);
  expect(await owner.me.get({})).toMatchObject({
    memberships: [{ organization_id: made.id, organization_name: "Fresh", role: "owner" }],
    organization: { id: made.id, name: "Fresh" },
    permissions: permissionsOf("owner", null),
    features: { api_tokens: true },
  });
  expect((await owner.member.list({})).items).toMatchObject([{ user_id, role: "owner" }]);
});

test("is shown to all in it and renamed by its admins", async () => {
  const shown = await as(a.people.viewer).organization.get({});
  expect(shown).toMatchObject({ id: a.id, name: "Northwind" });
  expect(await codeOf(as(a.people.member).organization.update({ name: "x" }))).toBe("FORBIDDEN");
  const bound = as(tokenOf(a.people.owner, null, a.project_id));
  expect(await codeOf(bound.organization.update({ name: "x" }))).toBe("FORBIDDEN");
  const admin = as(a.people.admin);
  const renamed = await admin.organization.update({ name: "Northwind Traders", expected_version: shown.version });
  expect(renamed).toMatchObject({ name: "Northwind Traders", version: shown.version + 1 });
  const late = { name: "Late", expected_version: shown.version };
  expect(await codeOf(admin.organization.update(late))).toBe("PRECONDITION_FAILED");
  expect(await as(b.people.owner).organization.get({})).toMatchObject({ name: "Contoso" });
});

test("is made once for one key of one person, also when they ask twice at once", async () => {
  const [user_id, other_id] = [
    await createUser(open().database, "once@example.com"),
    await createUser(open().database, "other@example.com"),
  ];
  const asKeyed = (user: string, idempotency_key: string | null) =>
    callerFor(open().database, identityOf(user, null, null), { idempotency_key }).organization;
  const input = { name: "Once" };
  const [first, same] = await Promise.all([
    asKeyed(user_id, "key-1").create(input),
    asKeyed(user_id, "key-1").create(input),
  ]);
  expect(same).toEqual(first);
  expect(await asKeyed(user_id, "key-1").create(input)).toEqual(first);
  expect(await codeOf(asKeyed(user_id, "key-1").create({ name: "Twice" }))).toBe("CONFLICT");
  const more = [
    await asKeyed(user_id, "key-2").create(input),
    await asKeyed(user_id, null).create(input),
    await asKeyed(other_id, "key-1").create(input),
  ];
  expect(new Set([first, ...more].map(({ id }) => id)).size).toBe(4);
  const { memberships } = await as(identityOf(user_id, null, null)).me.get({});
  expect(memberships).toHaveLength(3);
  await open().admin("delete from idempotency_key");
  expect(await codeOf(asKeyed(user_id, "key-1").create(input))).toBe("CONFLICT");
  expect(await codeOf(asKeyed(user_id, "key-3").create({ name: "" }))).toBe("BAD_REQUEST");
  expect(await asKeyed(user_id, "key-3").create({ name: "Valid" })).toMatchObject({ name: "Valid" });
});

test("is found by its id by whoever belongs to it, also while they work in another", async () => {
  const { id } = a;
  expect(await codeOf(as(null).organization.find({ id }))).toBe("UNAUTHORIZED");
  expect(await codeOf(as(tokenOf(a.people.owner, ["test:read"], null)).organization.find({ id }))).toBe("FORBIDDEN");
  expect(await codeOf(as(b.people.owner).organization.find({ id }))).toBe("NOT_FOUND");
  const { user_id } = a.people.viewer;
  expect(await as(identityOf(user_id, null, null)).organization.find({ id })).toMatchObject({ id });
  const made = await as(a.people.viewer).organization.create({ name: "Another" });
  expect(await as(a.people.viewer).organization.find({ id: made.id })).toMatchObject({ name: "Another", version: 1 });
  const token = as(tokenOf(a.people.viewer, ["organization:read"], null)).organization;
  expect(await codeOf(token.find({ id: made.id }))).toBe("NOT_FOUND");
  expect(await token.find({ id })).toMatchObject({ id });
});

describe("deleting one", () => {
  test("is its owners' alone, by its name, in the version they saw", async () => {
    const { a: gone } = await createTenants(open().database);
    const name = "Northwind";
    expect(await codeOf(as(null).organization.delete({ name }))).toBe("UNAUTHORIZED");
    expect(await codeOf(as(gone.people.admin).organization.delete({ name }))).toBe("FORBIDDEN");
    const bound = as(tokenOf(gone.people.owner, null, gone.project_id));
    expect(await codeOf(bound.organization.delete({ name }))).toBe("FORBIDDEN");
    const owner = as(gone.people.owner).organization;
    expect(await problemsOf(owner.delete({ name: "northwind" }))).toEqual(["name"]);
    expect(await codeOf(owner.delete({ name, expected_version: 2 }))).toBe("PRECONDITION_FAILED");
    expect(await owner.get({})).toMatchObject({ name, version: 1 });
  });

  test("hides it from all, ends its tokens, stops its runs, and leaves its trail and all others", async () => {
    const { a: gone } = await createTenants(open().database);
    const { database, admin } = open();
    const { test_run_id } = await prepareRun(database, gone, { target: { url: "http://127.0.0.1:9/" }, tests: 1 });
    const { token } = await as(gone.people.owner).api_token.create({ name: "CI" });
    const { people } = gone;
    expect(await as(people.owner).organization.delete({ name: "Northwind" })).toEqual({ id: gone.id });
    for (const person of Object.values(people)) {
      expect(await membershipsOf(database.pool, person.user_id)).toEqual([]);
      expect(await codeOf(as(person).organization.get({}))).toBe("NOT_FOUND");
      expect(await codeOf(as(person).organization.find({ id: gone.id }))).toBe("NOT_FOUND");
      expect(await as(identityOf(person.user_id, null, null)).me.get({})).toMatchObject({ memberships: [] });
    }
    expect(await findToken(database.pool, createHash("sha256").update(token).digest())).toBeNull();
    const [run] = await admin<{ cancel_requested_at: Date | null }>(
      "select cancel_requested_at from test_run where id = $1",
      [test_run_id],
    );
    expect(run?.cancel_requested_at).toBeInstanceOf(Date);
    const trail = await admin(
      "select action, user_id from audit_log where entity_type = 'organization' and entity_id = $1 order by id",
      [gone.id],
    );
    expect(trail.at(-1)).toEqual({ action: "delete", user_id: people.owner.user_id });
    expect(await codeOf(as(people.owner).organization.delete({ name: "Northwind" }))).toBe("NOT_FOUND");
    expect(await as(b.people.owner).organization.get({})).toMatchObject({ id: b.id });
  });
});

test("a token speaks for one organization only", async () => {
  const { memberships } = await as(tokenOf(a.people.viewer, ["test:read"], null)).me.get({});
  expect(memberships.map((membership) => membership.organization_id)).toEqual([a.id]);
  expect(await codeOf(as(null).me.get({}))).toBe("UNAUTHORIZED");
});

test("every change is in the audit log, for admins", async () => {
  const made = await as(a.people.member).topic.create({ name: "Seen" });
  await as(a.people.member).topic.update({ id: made.id, name: "Seen again" });
  expect(await codeOf(as(null).audit_log.list({}))).toBe("UNAUTHORIZED");
  expect(await codeOf(as(a.people.member).audit_log.list({}))).toBe("FORBIDDEN");
  expect(await codeOf(as(tokenOf(a.people.owner, null, a.project_id)).audit_log.list({}))).toBe("FORBIDDEN");
  const admin = as(a.people.admin).audit_log;
  const filter = { entity_type: "topic", entity_id: made.id, user_id: a.people.member.user_id };
  const { items, total } = await admin.list(filter);
  expect([total, items.map((item) => [item.action, item.user_name])]).toEqual([
    2,
    [
      ["update", "member"],
      ["create", "member"],
    ],
  ]);
  const id = items[0]?.id ?? "";
  expect(await admin.get({ id })).toMatchObject({ before: { name: "Seen" }, after: { name: "Seen again" } });
  expect(await codeOf(as(b.people.owner).audit_log.get({ id }))).toBe("NOT_FOUND");
  expect((await as(b.people.owner).audit_log.list(filter)).total).toBe(0);
});

test("the audit log names what was joined to what, and whose membership changed", async () => {
  const member = as(a.people.member);
  const { project_id } = a;
  const set = await member.test_set.create({ project_id, name: "Essentials" });
  const { ids } = await member.test.create_many({ project_id, tests: [{ input: "Is theft covered?" }] });
  await member.test_set.add_tests({ id: set.id, test_ids: ids });
  const metric = await member.metric.create({ name: "Polite", parameters: { implementation: "json_valid" } });
  await member.test_set.add_metrics({ id: set.id, metric_ids: [metric.id] });
  const { audit_log } = as(a.people.admin);
  const namesOf = async (entity_type: string, entity_id: string) =>
    (await audit_log.list({ entity_type, entity_id })).items.map((item) => item.entity_name);
  expect(await namesOf("test_set_test", set.id)).toEqual(["“Is theft covered?” in “Essentials”"]);
  expect(await namesOf("test", ids[0] ?? "")).toEqual(["Is theft covered?"]);
  expect(await namesOf("test_set_metric", set.id)).toEqual(["“Polite” in “Essentials”"]);
  expect(new Set(await namesOf("membership", a.people.viewer.user_id))).toEqual(new Set(["viewer"]));
  const [entry] = (await audit_log.list({ entity_type: "test_set_test", entity_id: set.id })).items;
  expect(await audit_log.get({ id: entry?.id ?? "" })).toMatchObject({ ...entry, after: { test_set_id: set.id } });
});
