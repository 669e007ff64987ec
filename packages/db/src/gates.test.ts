import { randomUUID } from "node:crypto";
import { expect, test } from "vitest";
import { useTestDatabase } from "@rhesis/testkit/database";
import { prepareRun } from "@rhesis/testkit/run-fixture";
import { createTenants, type TestOrganization } from "@rhesis/testkit/tenants";
import {
  findToken,
  forgetIdempotencyKeys,
  jobCounts,
  membershipsOf,
  missingMigrations,
  orphanedRuns,
  signIn,
  touchToken,
} from "./gates.ts";

const open = useTestDatabase();
const ada = { issuer: "https://login/", email: "ada@a.example", email_verified: true, name: "Ada", picture: null };

test("the first sign-in makes a person, the next ones keep them current", async () => {
  const { pool } = open().database;
  const first = await signIn(pool, { ...ada, subject: "s1" });
  const again = await signIn(pool, { ...ada, subject: "s1", name: "Ada L.", email: null });
  const other = await signIn(pool, { ...ada, subject: "s1", issuer: "https://elsewhere/" });
  expect(again).toBe(first);
  expect(other).not.toBe(first);
  const [row] = await open().admin(`select name, email from "user" where id = $1`, [first]);
  expect(row).toEqual({ name: "Ada L.", email: "ada@a.example" });
});

test("memberships are a person's own, without deleted organizations", async () => {
  const { database, admin } = open();
  const { a, b } = await createTenants(database);
  const { user_id } = a.people.admin;
  await expect(membershipsOf(database.pool, user_id)).resolves.toEqual([
    { organization_id: a.id, organization_name: "Northwind", role: "admin", feature_overrides: {} },
  ]);
  await admin("update organization set deleted_at = now() where id = $1", [a.id]);
  await expect(membershipsOf(database.pool, user_id)).resolves.toEqual([]);
  await expect(membershipsOf(database.pool, b.people.admin.user_id)).resolves.toHaveLength(1);
  await expect(membershipsOf(database.pool, randomUUID())).resolves.toEqual([]);
});

test("an invitation is accepted by the verified address only", async () => {
  const { database, admin } = open();
  const { a } = await createTenants(database);
  const invite = "insert into invitation (organization_id, email, role) values ($1, $2, 'viewer')";
  await admin(invite, [a.id, "New@person.example"]);
  const person = { ...ada, subject: randomUUID(), email: "new@person.example" };
  const unverified = await signIn(database.pool, { ...person, email_verified: false });
  await expect(membershipsOf(database.pool, unverified)).resolves.toEqual([]);
  const verified = await signIn(database.pool, person);
  await expect(membershipsOf(database.pool, verified)).resolves.toMatchObject([
    { organization_id: a.id, role: "viewer" },
  ]);
});

test("a token is found by its hash while its owner is a member, and its use is noted to the minute", async () => {
  const { database, admin } = open();
  const { a } = await createTenants(database);
  const token_hash = Buffer.alloc(32, 7);
  const { user_id } = a.people.member;
  const insert = `insert into api_token (organization_id, user_id, name, token_hash, hint, scopes)
    values ($1, $2, 'ci', $3, 'rh-x', '{test:read}') returning id`;
  const [made] = await admin<{ id: string }>(insert, [a.id, user_id, token_hash]);
  const found = await findToken(database.pool, token_hash);
  expect(found).toMatchObject({
    token_id: made?.id,
    organization_id: a.id,
    user_id,
    role: "member",
    scopes: ["test:read"],
  });
  await expect(findToken(database.pool, Buffer.alloc(32, 8))).resolves.toBeNull();
  const used = () => admin<{ last_used_at: Date }>("select last_used_at from api_token where id = $1", [made?.id]);
  await touchToken(database.pool, made?.id ?? "");
  const [first] = await used();
  await touchToken(database.pool, made?.id ?? "");
  expect(first?.last_used_at).toBeInstanceOf(Date);
  expect(await used()).toEqual([first]);
  await admin("delete from membership where user_id = $1", [user_id]);
  await expect(findToken(database.pool, token_hash)).resolves.toBeNull();
});

test("nothing is missing from a migrated database, and the rest answers", async () => {
  const { pool } = open().database;
  await expect(missingMigrations(pool)).resolves.toEqual([]);
  await expect(jobCounts(pool)).resolves.toEqual([]);
  await expect(forgetIdempotencyKeys(pool, 24)).resolves.toBeUndefined();
});

test("live runs whose job has ended are found in every organization, by ids only", async () => {
  const { database, admin } = open();
  const { a, b } = await createTenants(database);
  const prepare = (organization: TestOrganization) =>
    prepareRun(database, organization, { target: { url: "http://127.0.0.1:9/" }, tests: 1 });
  const [orphan, healthy, ended, theirs] = [await prepare(a), await prepare(a), await prepare(a), await prepare(b)];
  const endJob = "update job set status = $2 where id = $1";
  await admin(endJob, [orphan.job_id, "failed"]);
  await admin(endJob, [theirs.job_id, "completed"]);
  await admin(endJob, [ended.job_id, "failed"]);
  await admin("update test_run set status = 'failed' where id = $1", [ended.test_run_id]);
  await admin("update test_run set status = 'running' where id = any($1)", [[theirs.test_run_id, healthy.test_run_id]]);
  const found = await orphanedRuns(database.pool, 10);
  expect(found).toHaveLength(2);
  expect(found).toContainEqual({ organization_id: a.id, job_id: orphan.job_id });
  expect(found).toContainEqual({ organization_id: b.id, job_id: theirs.job_id });
  expect(await orphanedRuns(database.pool, 1)).toHaveLength(1);
});
