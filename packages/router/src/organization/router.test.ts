import { beforeAll, expect, test } from "vitest";
import { permissionsOf } from "@rhesis/auth/permissions";
import { callerFor } from "@rhesis/testkit/caller";
import { codeOf, tokenOf } from "@rhesis/testkit/asset-contract";
import { useTestDatabase } from "@rhesis/testkit/database";
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
