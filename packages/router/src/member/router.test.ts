import { randomUUID } from "node:crypto";
import { beforeEach, expect, test } from "vitest";
import { membershipsOf } from "@rhesis/db/gates";
import { callerFor, type Caller } from "@rhesis/testkit/caller";
import { codeOf, problemsOf, tokenOf } from "@rhesis/testkit/asset-contract";
import { useTestDatabase } from "@rhesis/testkit/database";
import { createTenants, createUser, type TestOrganization } from "@rhesis/testkit/tenants";

const open = useTestDatabase();
let a: TestOrganization;
let b: TestOrganization;
const as = (...[identity]: [Parameters<typeof callerFor>[1]]) => callerFor(open().database, identity);

beforeEach(async () => {
  ({ a, b } = await createTenants(open().database));
});

test("denies before it allows", async () => {
  const user_id = a.people.member.user_id;
  const calls = (caller: Caller) =>
    Promise.all(
      [
        caller.member.list({}),
        caller.member.get({ user_id }),
        caller.member.invitations({}),
        caller.member.update({ user_id, role: "viewer" }),
        caller.member.invite({ email: `${randomUUID()}@example.com`, role: "viewer" }),
        caller.member.revoke_invitation({ id: randomUUID() }),
        caller.member.remove({ user_id }),
      ].map(codeOf),
    );
  expect(await calls(as(null))).toEqual(Array(7).fill("UNAUTHORIZED"));
  const all = ["done", "done", "done"];
  expect(await calls(as(a.people.member))).toEqual([...all, ...Array<string>(4).fill("FORBIDDEN")]);
  const bound = tokenOf(a.people.owner, null, a.project_id);
  expect(await calls(as(bound))).toEqual([...all, ...Array<string>(4).fill("FORBIDDEN")]);
  const strange = as(b.people.owner).member;
  expect(await codeOf(strange.get({ user_id }))).toBe("NOT_FOUND");
  expect(await codeOf(strange.update({ user_id, role: "viewer" }))).toBe("NOT_FOUND");
  expect(await codeOf(strange.remove({ user_id }))).toBe("NOT_FOUND");
});

test("lists everybody here and nobody else, page by page", async () => {
  const api = as(a.people.viewer).member;
  const everybody = Object.values(a.people).map((person) => person.user_id);
  const { items, total } = await api.list({});
  expect([items.map((item) => item.user_id).toSorted(), total]).toEqual([everybody.toSorted(), 4]);
  expect(items.find((item) => item.role === "owner")).toMatchObject({
    email: "owner@northwind.example",
    name: "owner",
  });
  const first = await api.list({ limit: 3 });
  const rest = await api.list({ limit: 3, cursor: first.next_cursor ?? "" });
  expect([...first.items, ...rest.items]).toEqual(items);
  expect((await api.list({ sort: "created_at" })).items).toEqual(items.toReversed());
});

test("nobody grants or touches a role above their own", async () => {
  const admin = as(a.people.admin).member;
  const { owner, member } = a.people;
  expect(await codeOf(admin.update({ user_id: member.user_id, role: "owner" }))).toBe("FORBIDDEN");
  expect(await codeOf(admin.update({ user_id: owner.user_id, role: "viewer" }))).toBe("FORBIDDEN");
  expect(await codeOf(admin.remove({ user_id: owner.user_id }))).toBe("FORBIDDEN");
  expect(await codeOf(admin.invite({ email: "x@example.com", role: "owner" }))).toBe("FORBIDDEN");
  const changed = await admin.update({ user_id: member.user_id, role: "admin" });
  expect(changed.role).toBe("admin");
  expect(await as(a.people.viewer).member.get({ user_id: member.user_id })).toEqual(changed);
  const late = { user_id: member.user_id, role: "viewer", expected_version: changed.version - 1 } as const;
  expect(await codeOf(admin.update(late))).toBe("PRECONDITION_FAILED");
});

test("the last owner stays, also when two leave at once", async () => {
  const { owner, admin } = a.people;
  const api = as(owner).member;
  expect(await codeOf(api.update({ user_id: owner.user_id, role: "admin" }))).toBe("CONFLICT");
  expect(await codeOf(api.remove({ user_id: owner.user_id }))).toBe("CONFLICT");
  await api.update({ user_id: admin.user_id, role: "owner" });
  const codes = await Promise.all([owner, admin].map(({ user_id }) => codeOf(api.update({ user_id, role: "member" }))));
  expect(codes.toSorted()).toEqual(["CONFLICT", "done"]);
});

test("who is removed is gone, with their tokens", async () => {
  const { member } = a.people;
  await as(member).api_token.create({ name: "CI" });
  expect(await as(a.people.admin).member.remove({ user_id: member.user_id })).toEqual({ user_id: member.user_id });
  expect(await membershipsOf(open().database.pool, member.user_id)).toEqual([]);
  expect(await open().admin("select from api_token where user_id = $1", [member.user_id])).toEqual([]);
  expect(await codeOf(as(a.people.admin).member.remove({ user_id: member.user_id }))).toBe("NOT_FOUND");
});

test("an invited address joins when it signs in, unless the invitation was withdrawn", async () => {
  const api = as(a.people.admin).member;
  const email = `new-${randomUUID()}@example.com`;
  const invitation = await api.invite({ email, role: "member" });
  expect(invitation).toMatchObject({
    email,
    role: "member",
    invited_by: a.people.admin.user_id,
    invited_by_name: "admin",
  });
  expect(await problemsOf(api.invite({ email: email.toUpperCase() }))).toEqual(["email"]);
  expect((await api.invitations({})).items).toEqual([invitation]);
  const one = { id: invitation.id };
  expect(await codeOf(as(null).member.invitation(one))).toBe("UNAUTHORIZED");
  expect(await codeOf(as(tokenOf(a.people.owner, [], null)).member.invitation(one))).toBe("FORBIDDEN");
  expect(await codeOf(as(b.people.owner).member.invitation(one))).toBe("NOT_FOUND");
  expect(await as(a.people.viewer).member.invitation(one)).toEqual(invitation);
  const user_id = await createUser(open().database, email);
  expect(await membershipsOf(open().database.pool, user_id)).toMatchObject([{ organization_id: a.id, role: "member" }]);
  expect((await api.invitations({})).total).toBe(0);
  expect(await codeOf(api.invitation(one))).toBe("NOT_FOUND");
  expect(await codeOf(api.revoke_invitation({ id: invitation.id }))).toBe("NOT_FOUND");
  expect(await problemsOf(api.invite({ email }))).toEqual(["email"]);
  const second = await api.invite({ email: `late-${email}`, role: "viewer" });
  expect(await codeOf(as(b.people.owner).member.revoke_invitation({ id: second.id }))).toBe("NOT_FOUND");
  await api.revoke_invitation({ id: second.id });
  const late = await createUser(open().database, `late-${email}`);
  expect(await membershipsOf(open().database.pool, late)).toEqual([]);
});
