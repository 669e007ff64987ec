import { randomBytes, randomUUID } from "node:crypto";
import { describe, expect, test } from "vitest";
import { useTestDatabase } from "@rhesis/testkit/database";
import { prepareRun } from "@rhesis/testkit/run-fixture";
import { populate } from "@rhesis/testkit/populate";
import { createTenants, type TestOrganization } from "@rhesis/testkit/tenants";
import {
  dueSchedules,
  findToken,
  findUsersByEmail,
  forgetIdempotencyKeys,
  jobCounts,
  membershipsOf,
  missingMigrations,
  orphanedRuns,
  signIn,
  touchToken,
} from "./gates.ts";
import { claimDueJobs } from "./queries/job.ts";
import { organizationIds } from "./queries/sealed-secret.ts";

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

test("nothing is missing from a migrated database", async () => {
  await expect(missingMigrations(open().database.pool)).resolves.toEqual([]);
});

/** What each door does with rows of two organizations: the least that it is for, and nothing beside. */
const acrossOrganizations: Record<string, (a: TestOrganization, b: TestOrganization) => Promise<void>> = {
  async gate_claim_due_jobs(a, b) {
    const run_at = "2001-01-01";
    const due = await insert("job", [a, b], () => ({ name: "execute_test_run", run_at }));
    await insert("job", [b], () => ({ name: "execute_test_run", run_at: "2999-01-01" }));
    const claimed = await claimDueJobs(open().database.pool, 10, 60_000);
    const ids = claimed.map(({ organization_id, job_id, name }) => `${organization_id} ${job_id} ${name}`);
    const expected = due.map(({ organization_id, id }) => `${organization_id} ${id} execute_test_run`);
    expect(ids.toSorted()).toEqual(expected.toSorted());
    await expect(claimDueJobs(open().database.pool, 10, 60_000)).resolves.toEqual([]);
    expect(Object.keys(claimed[0] ?? {}).toSorted()).toEqual(jobFields);
  },

  async gate_delete_results_of_run(a, b) {
    for (const organization of [a, b]) await populate(open(), organization);
    const results = async ({ id }: TestOrganization) =>
      (await open().admin("select from test_result where organization_id = $1", [id])).length;
    await open().database.write(a.tenant, (tx) => tx.deleteFrom("test_run").execute());
    expect([await results(a), await results(b)]).toEqual([0, 1]);
  },

  async gate_due_schedules(a, b) {
    for (const organization of [a, b]) await populate(open(), organization);
    const moment = new Date("2001-01-02");
    const set = (values: string) => open().admin(`update schedule set ${values}`);
    const due = async (most = 10) => dueSchedules(open().database.pool, moment, most);
    await set("next_at = '2001-01-02 00:00:01'");
    expect(await due()).toEqual([]);
    const all = await open().admin<{ organization_id: string; id: string }>("select organization_id, id from schedule");
    const expected = [a, b].map(({ id: organization_id, people }) => {
      const schedule_id = all.find((row) => row.organization_id === organization_id)?.id;
      return { organization_id, schedule_id, user_id: people.owner.user_id };
    });
    for (const next_at of ["'2001-01-02'", "null"]) {
      await set(`next_at = ${next_at}`);
      const found = await due();
      expect(found).toEqual(expect.arrayContaining(expected));
      expect(found).toHaveLength(all.length);
      expect(await due(1)).toHaveLength(1);
    }
    await open().admin("update organization set deleted_at = now() where id = $1", [b.id]);
    expect((await due()).map(({ organization_id }) => organization_id)).not.toContain(b.id);
    await set("enabled = false");
    expect(await due()).toEqual([]);
    await set("enabled = true");
    await set("deleted_at = now()");
    expect(await due()).toEqual([]);
  },

  async gate_forget_idempotency_keys(a, b) {
    await open().admin("delete from idempotency_key");
    const ages = ["25 hours", "23 hours"];
    for (const { id, people } of [a, b]) {
      for (const age of ages) {
        const row = [id, people.owner.user_id, age];
        await open().admin(
          `insert into idempotency_key (organization_id, user_id, key, request_hash, created_at)
           values ($1, $2, $3::text, 'x', now() - $3::text::interval)`,
          row,
        );
      }
    }
    await forgetIdempotencyKeys(open().database.pool, 24);
    const left = await open().admin<{ organization_id: string; key: string }>("select * from idempotency_key");
    expect(left.map(({ organization_id, key }) => `${organization_id} ${key}`).toSorted()).toEqual(
      [a.id, b.id].toSorted().map((id) => `${id} 23 hours`),
    );
  },

  async gate_job_counts(a, b) {
    await open().admin("delete from test_run");
    await open().admin("delete from job");
    const states = [
      { ...a, status: "queued" },
      { ...a, status: "queued" },
      { ...b, status: "queued" },
      { ...b, status: "running" },
      { ...b, status: "completed" },
      { ...a, status: "failed" },
    ];
    await insert("job", states, ({ status }) => ({ name: "execute_test_run", status }));
    const counts = await jobCounts(open().database.pool);
    expect(counts.toSorted((one, other) => one.status.localeCompare(other.status))).toEqual([
      { name: "execute_test_run", status: "queued", jobs: 3 },
      { name: "execute_test_run", status: "running", jobs: 1 },
    ]);
  },

  async gate_memberships(a, b) {
    const { user_id } = a.people.viewer;
    await insert("membership", [b], () => ({ user_id, role: "admin" }));
    await expect(membershipsOf(open().database.pool, user_id)).resolves.toEqual([
      { organization_id: b.id, organization_name: "Contoso", role: "admin", feature_overrides: {} },
      { organization_id: a.id, organization_name: "Northwind", role: "viewer", feature_overrides: {} },
    ]);
  },

  async gate_move_private_experiments(a, b) {
    const owned = [a, b].flatMap((place) => [
      { ...place, owner_id: place.people.admin.user_id, visibility: "private" },
      { ...place, owner_id: place.people.admin.user_id, visibility: "shared" },
      { ...place, owner_id: place.people.owner.user_id, visibility: "private" },
    ]);
    const values = ({ project_id, owner_id, visibility }: (typeof owned)[number]) => ({
      project_id,
      owner_id,
      visibility,
      name: `${owner_id} ${visibility}`,
    });
    const made = await insert("experiment", owned, values);
    const hidden = async () => {
      const rows = await open().admin<{ id: string }>("select id from experiment where deleted_at is not null");
      return made.flatMap(({ id }, nr) => (rows.some((row) => row.id === id) ? [nr] : []));
    };
    // Of the owner's own and of shared ones the statement that deletes a project takes care itself.
    const move = (deleted_at: Date | null, deletion_id: string | null) =>
      open().database.write(a.tenant, (tx) => tx.updateTable("project").set({ deleted_at, deletion_id }).execute());
    await move(new Date(), randomUUID());
    expect(await hidden()).toEqual([0]);
    await move(null, null);
    expect(await hidden()).toEqual([]);
  },

  async gate_organizations(a, b) {
    await open().admin("update organization set deleted_at = now() where id = $1", [b.id]);
    const all = await open().admin<{ id: string }>("select id from organization order by id");
    expect(await organizationIds(open().database)).toEqual(all.map(({ id }) => id));
    expect(all.map(({ id }) => id)).toEqual(expect.arrayContaining([a.id, b.id]));
  },

  async gate_orphaned_runs(a, b) {
    const { database, admin } = open();
    const prepare = (organization: TestOrganization) =>
      prepareRun(database, organization, { target: { url: "http://127.0.0.1:9/" }, tests: 1 });
    const [orphan, healthy, ended, theirs] = [await prepare(a), await prepare(a), await prepare(a), await prepare(b)];
    const endJob = "update job set status = $2 where id = $1";
    await admin(endJob, [orphan.job_id, "failed"]);
    await admin(endJob, [theirs.job_id, "completed"]);
    await admin(endJob, [ended.job_id, "failed"]);
    const setStatus = "update test_run set status = $2 where id = $1";
    await admin(setStatus, [ended.test_run_id, "failed"]);
    for (const run of [theirs, healthy]) await admin(setStatus, [run.test_run_id, "running"]);
    const found = await orphanedRuns(database.pool, 10);
    expect(found).toHaveLength(2);
    expect(found).toContainEqual({ organization_id: a.id, job_id: orphan.job_id });
    expect(found).toContainEqual({ organization_id: b.id, job_id: theirs.job_id });
    expect(await orphanedRuns(database.pool, 1)).toHaveLength(1);
  },

  async gate_sign_in(a, b) {
    const [email, other] = [`${randomUUID()}@x.example`, `${randomUUID()}@y.example`];
    await insert("invitation", [a, b], () => ({ email, role: "member" }));
    await insert("invitation", [b], () => ({ email: other, role: "owner" }));
    const { pool } = open().database;
    const user_id = await signIn(pool, { ...ada, subject: randomUUID(), email });
    const joined = (await membershipsOf(pool, user_id)).map(
      ({ organization_id, role }) => `${organization_id} ${role}`,
    );
    expect(joined.toSorted()).toEqual([a.id, b.id].toSorted().map((id) => `${id} member`));
    const open_invitations = "select accepted_at from invitation where email = $1";
    expect(await open().admin(open_invitations, [other])).toEqual([{ accepted_at: null }]);
  },

  async gate_token(a, b) {
    const [, theirs] = await insertTokens(a, b);
    const found = await findToken(open().database.pool, theirs?.token_hash ?? Buffer.alloc(0));
    expect(found).toMatchObject({ token_id: theirs?.id, organization_id: b.id, user_id: b.people.owner.user_id });
  },

  async gate_touch_token(a, b) {
    const [own, theirs] = await insertTokens(a, b);
    await touchToken(open().database.pool, own?.id ?? "");
    const used = "select id, last_used_at is not null as used from api_token where id = any($1) order by used";
    expect(await open().admin(used, [[own?.id, theirs?.id]])).toEqual([
      { id: theirs?.id, used: false },
      { id: own?.id, used: true },
    ]);
  },

  async gate_users_by_email() {
    const email = `${randomUUID()}@z.example`;
    const { pool } = open().database;
    const ids = [
      await signIn(pool, { ...ada, subject: randomUUID(), email }),
      await signIn(pool, { ...ada, subject: randomUUID(), email: email.toUpperCase() }),
    ];
    await signIn(pool, { ...ada, subject: randomUUID(), email: `another-${email}` });
    expect(await findUsersByEmail(pool, email)).toEqual(ids.toSorted());
  },
};

const jobFields = ["job_id", "name", "offer", "organization_id", "previous_offer"];

/** Inserts a row for each of `places`, in its organization. */
async function insert<Place extends { id: string }>(
  table: string,
  places: Place[],
  valuesOf: (place: Place) => object,
): Promise<{ organization_id: string; id: string }[]> {
  const rows = [];
  for (const place of places) {
    const values = { organization_id: place.id, ...valuesOf(place) };
    const columns = Object.keys(values).join(", ");
    const [row] = await open().admin<{ organization_id: string; id: string }>(
      `insert into ${table} (${columns}) select ${columns} from jsonb_populate_record(null::${table}, $1) returning *`,
      [JSON.stringify(values)],
    );
    if (row !== undefined) rows.push(row);
  }
  return rows;
}

/** A token of the owner of each. */
async function insertTokens(...places: TestOrganization[]): Promise<{ id: string; token_hash: Buffer }[]> {
  const tokens = [];
  for (const place of places) {
    const token_hash = randomBytes(32);
    const values = { user_id: place.people.owner.user_id, name: "t", hint: "rh-", scopes: [] };
    const hash = `\\x${token_hash.toString("hex")}`;
    const [row] = await insert("api_token", [place], () => ({ ...values, token_hash: hash }));
    tokens.push({ id: row?.id ?? "", token_hash });
  }
  return tokens;
}

describe("across organizations", () => {
  test("every door is tried", async () => {
    const gates = await open().admin<{ name: string }>(
      "select proname as name from pg_proc where prosecdef and pronamespace = 'public'::regnamespace order by 1",
    );
    expect(gates.map(({ name }) => name)).toEqual(Object.keys(acrossOrganizations));
  });

  test.each(Object.entries(acrossOrganizations))(
    "%s does what it is for, in all of them and no more",
    async (_, expectSo) => {
      const { a, b } = await createTenants(open().database);
      await expectSo(a, b);
    },
  );
});
