import { createHash } from "node:crypto";
import { beforeAll, expect, test } from "vitest";
import { findToken } from "@rhesis/db/gates";
import { callerFor } from "@rhesis/testkit/caller";
import { codeOf, problemsOf, tokenOf } from "@rhesis/testkit/asset-contract";
import { useTestDatabase } from "@rhesis/testkit/database";
import { createTenants, type TestOrganization } from "@rhesis/testkit/tenants";
import { permissionsOf, type Permission } from "@rhesis/auth/permissions";

const open = useTestDatabase();
let a: TestOrganization;
let b: TestOrganization;
const as = (...[identity]: [Parameters<typeof callerFor>[1]]) => callerFor(open().database, identity);

/** The owner's call by a token of theirs that is really there. */
const byToken = async (scopes: Permission[], project_id: string | null) => {
  const bound = project_id === null ? {} : { project_id };
  const { id } = await as(a.people.owner).api_token.create({ name: "Maker", scopes, ...bound });
  return as({ ...tokenOf(a.people.owner, scopes, project_id), token_id: id });
};

beforeAll(async () => {
  ({ a, b } = await createTenants(open().database));
});

test("nobody, viewers, and organizations with the feature off make none", async () => {
  expect(await codeOf(as(null).api_token.create({ name: "x" }))).toBe("UNAUTHORIZED");
  expect(await codeOf(as(a.people.viewer).api_token.create({ name: "x" }))).toBe("FORBIDDEN");
  const features = { endpoint_trial: true, llm_judge: true, api_tokens: false };
  const off = callerFor(open().database, a.people.owner, { features });
  expect(await codeOf(off.api_token.create({ name: "x" }))).toBe("FORBIDDEN");
});

test("is shown once, stored as a hash, and does what its maker may do", async () => {
  const member = as(a.people.member);
  const { token, ...made } = await member.api_token.create({ name: "CI", expires_in_days: 30 });
  expect(made.scopes.toSorted()).toEqual(permissionsOf("member", null).toSorted());
  const days = ((made.expires_at?.getTime() ?? 0) - made.created_at.getTime()) / 86_400_000;
  expect(days).toBeCloseTo(30, 3);
  expect(token.startsWith(made.hint)).toBe(true);
  const found = await findToken(open().database.pool, createHash("sha256").update(token).digest());
  expect(found).toMatchObject({ token_id: made.id, user_id: a.people.member.user_id, revoked_at: null });
  const { items } = await member.api_token.list({});
  expect(items).toEqual([made]);
  const stored = await open().admin(
    "select to_jsonb(t)::text || coalesce((select string_agg(to_jsonb(l)::text, '') from audit_log l), '') as text from api_token t where id = $1",
    [made.id],
  );
  expect(JSON.stringify(stored)).not.toContain(token);
});

test("may do no more than its maker, who may be a token", async () => {
  const greedy = as(a.people.member).api_token.create({ name: "x", scopes: ["test:read", "member:manage"] });
  expect(await codeOf(greedy)).toBe("FORBIDDEN");
  expect(await problemsOf(greedy)).toEqual(["scopes"]);
  const narrow = await byToken(["api_token:create", "test:read"], null);
  expect(await codeOf(narrow.api_token.create({ name: "x", scopes: ["test:create"] }))).toBe("FORBIDDEN");
  const { scopes } = await narrow.api_token.create({ name: "copy" });
  expect(scopes.toSorted()).toEqual(["api_token:create", "test:read"]);
  expect(await codeOf(narrow.api_token.create({ name: "x", scopes: ["everything"] as never }))).toBe("BAD_REQUEST");
});

test("a token bound to a project makes tokens of that project only", async () => {
  const other = await as(a.people.owner).project.create({ name: "Other" });
  const bound = await byToken(permissionsOf("owner", null), a.project_id);
  expect((await bound.api_token.create({ name: "same" })).project_id).toBe(a.project_id);
  expect(await codeOf(bound.api_token.create({ name: "x", project_id: other.id }))).toBe("NOT_FOUND");
  const own = as(a.people.member).api_token;
  expect((await own.create({ name: "bound", project_id: other.id })).project_id).toBe(other.id);
  expect(await codeOf(own.create({ name: "x", project_id: b.project_id }))).toBe("NOT_FOUND");
  expect((await bound.api_token.list({})).items.every((token) => token.project_id === a.project_id)).toBe(true);
});

test("one's own are seen and revoked, an admin's are everybody's, strangers' nobody's", async () => {
  const { id } = await as(a.people.owner).api_token.create({ name: "Owner's" });
  const member = as(a.people.member).api_token;
  expect(await codeOf(as(null).api_token.get({ id }))).toBe("UNAUTHORIZED");
  expect(await codeOf(as(tokenOf(a.people.owner, ["test:read"], null)).api_token.get({ id }))).toBe("FORBIDDEN");
  expect(await codeOf(as(b.people.owner).api_token.get({ id }))).toBe("NOT_FOUND");
  expect(await codeOf(member.get({ id }))).toBe("NOT_FOUND");
  const elsewhere = as(tokenOf(a.people.owner, null, a.project_id)).api_token;
  expect(await codeOf(elsewhere.get({ id }))).toBe("NOT_FOUND");
  const own = await member.create({ name: "Mine" });
  expect(await member.get({ id: own.id })).toMatchObject({ name: "Mine", user_id: a.people.member.user_id });
  expect((await member.list({})).items.map((token) => token.id)).not.toContain(id);
  expect((await member.list({ user_id: a.people.owner.user_id })).items.map((token) => token.id)).not.toContain(id);
  expect(await codeOf(member.revoke({ id }))).toBe("NOT_FOUND");
  expect(await codeOf(as(b.people.owner).api_token.revoke({ id }))).toBe("NOT_FOUND");
  expect(await codeOf(as(a.people.viewer).api_token.revoke({ id }))).toBe("FORBIDDEN");
  const admin = as(a.people.admin).api_token;
  expect((await admin.get({ id })).name).toBe("Owner's");
  expect((await admin.list({ user_id: a.people.owner.user_id })).items.map((token) => token.id)).toContain(id);
  const revoked = await admin.revoke({ id });
  expect(revoked.revoked_at).toBeInstanceOf(Date);
  expect(await admin.revoke({ id })).toEqual(revoked);
  expect(await admin.get({ id })).toEqual(revoked);
  expect((await admin.list({})).items.map((token) => token.id)).not.toContain(id);
  expect((await admin.list({ include_revoked: true })).items.map((token) => token.id)).toContain(id);
});
