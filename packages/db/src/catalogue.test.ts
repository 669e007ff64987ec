import { randomUUID } from "node:crypto";
import { beforeAll, expect, test } from "vitest";
import { asTenant, outcomeOf } from "@rhesis/testkit/as-tenant";
import { useTestDatabase } from "@rhesis/testkit/database";
import { populate } from "@rhesis/testkit/populate";
import { createTenants, type TestOrganization } from "@rhesis/testkit/tenants";

const open = useTestDatabase();
let a: TestOrganization;
let b: TestOrganization;
let tenantTables: string[];

beforeAll(async () => {
  ({ a, b } = await createTenants(open().database));
  await populate(open(), a);
  await populate(open(), b);
  const rows = await open().admin<{ name: string }>(
    `select c.relname as name from pg_class c join pg_attribute t on t.attrelid = c.oid and t.attname = 'organization_id'
     where c.relnamespace = 'public'::regnamespace and c.relkind = 'r' order by 1`,
  );
  tenantTables = rows.map((row) => row.name);
});

test("a tenant table has its tenant first in every index, but for those of the gates", async () => {
  const gateIndexes = [
    "api_token_hash_key",
    "invitation_open_email_idx",
    "job_due_idx",
    "membership_user_id_idx",
    "schedule_due_idx",
  ];
  const rows = await open().admin<{ name: string; first: string }>(
    `select i.indexrelid::regclass::text as name, coalesce(a.attname, 'expression') as first
     from pg_index i join pg_class c on c.oid = i.indrelid
     left join pg_attribute a on a.attrelid = c.oid and a.attnum = i.indkey[0]
     where c.relnamespace = 'public'::regnamespace and c.relname = any($1)`,
    [tenantTables],
  );
  const others = rows.filter((row) => row.first !== "organization_id").map((row) => row.name);
  expect(others.toSorted()).toEqual(gateIndexes);
});

test("every foreign key between tenant tables carries the tenant", async () => {
  const rows = await open().admin<{ name: string; columns: string[]; targets: string[] }>(
    `select k.conname as name,
       array(select attname::text from pg_attribute where attrelid = k.conrelid and attnum = any(k.conkey)) as columns,
       array(select attname::text from pg_attribute where attrelid = k.confrelid and attnum = any(k.confkey)) as targets
     from pg_constraint k
     where k.contype = 'f' and k.conrelid = any($1::regclass[]) and k.confrelid = any($1::regclass[])`,
    [tenantTables],
  );
  expect(rows.length).toBeGreaterThan(15);
  for (const row of rows) {
    expect(row.columns, row.name).toContain("organization_id");
    expect(row.targets, row.name).toContain("organization_id");
  }
});

/**
 * Columns that hold an id and are no foreign key to a tenant table, beside the `deletion_id` of assets: a deletion is
 * taken out of the recycle bin before what it hid comes back.
 */
const loose: Record<string, string> = {
  "audit_log.entity_id": "outlives what it names",
  "audit_log.user_id": "outlives the person and the membership",
  "connector_connection.user_id": "is a person, who belongs to no organization; outlives the membership",
  "deletion.entity_id": "names a thing of any kind",
  "deletion.private_to": "outlives the membership",
  "deletion.user_id": "outlives the membership",
  "experiment.owner_id": "outlives the membership",
  "experiment_version.user_id": "is a person, who belongs to no organization; outlives the membership",
  "idempotency_key.user_id": "is the caller, and forgotten after a day",
  "invitation.invited_by": "is a person, who belongs to no organization; outlives the membership",
  "job.user_id": "is a person, who belongs to no organization; outlives the membership",
  "membership.user_id": "is a person, who belongs to no organization",
  "parameter_environment.user_id": "is a person, who belongs to no organization; outlives the membership",
  "schedule.user_id": "is a person, who belongs to no organization; outlives the membership",
  "score.metric_id": "outlives the metric: the plan of the run keeps what it was",
  "score.model_id": "outlives the model: the plan of the run keeps what it was",
  "score.test_run_id": "is the run of its result, for the index; the one statement that stores scores names both",
  "test_result.category_id": "outlives the category: what the test said when the run began",
  "test_result.requirement_id": "outlives the requirement: what the test said when the run began",
  "test_result.test_id": "outlives the test: what it said is kept in the result",
  "test_result.test_run_id": "is checked by a trigger once per statement, see docs/adr/0001",
  "test_result.topic_id": "outlives the topic: what the test said when the run began",
  "test_run.begun_through": "is how far the results of the run were begun",
  "test_run.experiment_id": "outlives the experiment: the plan of the run keeps the values",
  "test_run.lease_token": "is a random number",
  "test_run.user_id": "is a person, who belongs to no organization; outlives the membership",
};

test("every id in a tenant table is part of a foreign key with its tenant, or loose for a reason", async () => {
  const rows = await open().admin<{ name: string }>(
    `select c.relname || '.' || a.attname as name
     from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
     where c.oid = any($1::regclass[]) and a.atttypid = 'uuid'::regtype
       and a.attname not in ('organization_id', 'id', 'deletion_id')
       and not exists (select from pg_constraint k join pg_attribute o on o.attrelid = k.conrelid and o.attnum = any(k.conkey)
         where k.contype = 'f' and k.conrelid = c.oid and a.attnum = any(k.conkey) and o.attname = 'organization_id')
     order by 1`,
    [tenantTables],
  );
  expect(rows.map(({ name }) => name)).toEqual(Object.keys(loose));
});

test("a result names a run of its own organization, when it is made and ever after", async () => {
  const runOf = async (organization: TestOrganization) =>
    (await open().admin<{ id: string }>("select id from test_run where organization_id = $1", [organization.id]))[0]
      ?.id;
  const insert = "insert into test_result (test_run_id, test_id, input) values ($1, uuidv7(), 'x')";
  expect(await outcomeOf(asTenant(open(), a.tenant, insert, [await runOf(a)]))).toBe(1);
  expect(await outcomeOf(asTenant(open(), a.tenant, insert, [await runOf(b)]))).toBe("23503");
  expect(await outcomeOf(asTenant(open(), a.tenant, insert, [randomUUID()]))).toBe("23503");
  const move = "update test_result set test_run_id = $1";
  expect(await outcomeOf(asTenant(open(), a.tenant, move, [await runOf(b)]))).toBe("42501");
});

test("the application changes neither a row's key nor its tenant nor its run, and every other column", async () => {
  const rows = await open().admin<{ name: string; fixed: string[]; identity: string[] }>(
    `select c.relname as name,
       array(select attname::text from pg_attribute where attrelid = c.oid and attnum > 0 and not attisdropped
         and not has_column_privilege('rhesis_app', c.oid, attnum, 'update') order by 1) as fixed,
       array(select a.attname::text from pg_attribute a where a.attrelid = c.oid and a.attnum > 0 and (a.attname = 'test_run_id'
         or a.attnum = any(array(select unnest(i.indkey) from pg_index i where i.indrelid = c.oid and i.indisprimary))) order by 1) as identity
     from pg_class c where c.oid = any($1::regclass[]) and has_any_column_privilege('rhesis_app', c.oid, 'update')`,
    [tenantTables],
  );
  expect(rows.length).toBeGreaterThan(15);
  for (const { name, fixed, identity } of rows) {
    expect(identity, name).toContain("organization_id");
    expect(fixed, name).toEqual(identity);
  }
});

test("a child cannot point at another organization's parent", async () => {
  const [theirs] = await open().admin<{ id: string }>("select id from project where organization_id = $1", [b.id]);
  const insert = "insert into test (project_id, input) values ($1, 'x')";
  expect(await outcomeOf(asTenant(open(), a.tenant, insert, [theirs?.id]))).toBe("23503");
});

test("the application cannot bypass row-level security and owns nothing", async () => {
  const [role] = await open().admin(
    "select rolsuper, rolbypassrls, rolcreaterole, rolcreatedb from pg_roles where rolname = 'rhesis_app'",
  );
  expect(role).toEqual({ rolsuper: false, rolbypassrls: false, rolcreaterole: false, rolcreatedb: false });
  expect(await open().admin("select relname from pg_class where pg_get_userbyid(relowner) = 'rhesis_app'")).toEqual([]);
  expect(await outcomeOf(asTenant(open(), null, "set role rhesis_owner"))).toBe("42501");
  expect(await outcomeOf(asTenant(open(), null, "create table public.mine (id int)"))).toBe("42501");
});

test("the doors through row-level security are a closed list with a pinned search path", async () => {
  const rows = await open().admin<{ name: string; owner: string; config: string[]; open_to_all: boolean }>(
    `select proname as name, pg_get_userbyid(proowner) as owner, proconfig as config,
       has_function_privilege('public', oid, 'execute') as open_to_all
     from pg_proc where prosecdef and pronamespace = 'public'::regnamespace order by 1`,
  );
  expect(rows.map((row) => row.name)).toEqual([
    "gate_claim_due_jobs",
    "gate_delete_results_of_run",
    "gate_due_schedules",
    "gate_forget_idempotency_keys",
    "gate_job_counts",
    "gate_memberships",
    "gate_move_private_experiments",
    "gate_organizations",
    "gate_orphaned_runs",
    "gate_sign_in",
    "gate_token",
    "gate_touch_token",
    "gate_users_by_email",
  ]);
  for (const row of rows)
    expect(row).toMatchObject({ owner: "rhesis_gate", config: ['search_path=""'], open_to_all: false });
  const [gate] = await open().admin("select rolcanlogin, rolbypassrls from pg_roles where rolname = 'rhesis_gate'");
  expect(gate).toEqual({ rolcanlogin: false, rolbypassrls: false });
});
