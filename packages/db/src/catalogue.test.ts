import { beforeAll, describe, expect, test } from "vitest";
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

/** Runs one statement as the application, on behalf of `tenant` or of nobody. */
async function asTenant(tenant: TestOrganization | null, sql: string, values: unknown[] = []) {
  const client = await open().database.pool.connect();
  try {
    await client.query("begin");
    if (tenant !== null) {
      await client.query("select set_config('app.organization_id', $1, true), set_config('app.user_id', $2, true)", [
        tenant.id,
        tenant.tenant.user_id,
      ]);
    }
    return await client.query(sql, values);
  } finally {
    await client.query("rollback");
    client.release();
  }
}

async function codeOf(attempt: Promise<unknown>): Promise<string> {
  return attempt.then(
    () => "done",
    (error: { code?: string }) => error.code ?? "unknown",
  );
}

test("the fixture has a row of both organizations in every tenant table", async () => {
  expect(tenantTables.length).toBeGreaterThan(15);
  for (const table of tenantTables) {
    const rows = await open().admin<{ n: string }>(
      `select count(distinct organization_id) as n from "${table}" where organization_id = any($1)`,
      [[a.id, b.id]],
    );
    expect(Number(rows[0]?.n), table).toBe(2);
  }
});

describe("every tenant table", () => {
  test("has row-level security enabled and forced, with a policy for the application that checks both ways", async () => {
    for (const table of [...tenantTables, "organization", "user"]) {
      const [row] = await open().admin<{ on: boolean; forced: boolean; policies: string }>(
        `select relrowsecurity as on, relforcerowsecurity as forced,
           (select count(*) from pg_policies p where p.tablename = c.relname and p.qual is not null and p.with_check is not null
             and p.roles = '{rhesis_app}') as policies
         from pg_class c where c.oid = $1::regclass`,
        [`public."${table}"`],
      );
      expect(row, table).toMatchObject({ on: true, forced: true });
      expect(Number(row?.policies), table).toBe(1);
    }
  });

  test("shows nothing of another organization", async () => {
    for (const table of tenantTables) {
      const theirs = await asTenant(a, `select from "${table}" where organization_id = $1`, [b.id]);
      expect(theirs.rowCount, table).toBe(0);
      const own = await asTenant(a, `select from "${table}" where organization_id = $1`, [a.id]);
      expect(own.rowCount, table).toBeGreaterThan(0);
    }
  });

  test("lets nobody update or delete another organization's rows", async () => {
    for (const table of tenantTables) {
      for (const statement of [
        `update "${table}" set organization_id = organization_id where organization_id = $1`,
        `delete from "${table}" where organization_id = $1`,
      ]) {
        const outcome = await asTenant(a, statement, [b.id]).then(
          (result) => result.rowCount,
          (error: { code: string }) => error.code,
        );
        expect([0, "42501"], `${table}: ${statement}`).toContain(outcome);
      }
    }
  });

  test("refuses a row for another organization", async () => {
    for (const table of tenantTables) {
      const [theirs] = await open().admin(
        `select to_jsonb(t) as row from "${table}" t where organization_id = $1 limit 1`,
        [b.id],
      );
      const insert = `insert into "${table}" select * from jsonb_populate_record(null::"${table}", $1)`;
      expect(await codeOf(asTenant(a, insert, [JSON.stringify(theirs?.["row"])])), table).toBe("42501");
    }
  });

  test("lets no row move to another organization", async () => {
    for (const table of tenantTables) {
      const move = `update "${table}" set organization_id = $1 where organization_id = $2`;
      expect(await codeOf(asTenant(a, move, [b.id, a.id])), table).toBe("42501");
    }
  });

  test("shows nothing without a tenant, and takes nothing", async () => {
    for (const table of tenantTables) {
      expect((await asTenant(null, `select from "${table}"`)).rowCount, table).toBe(0);
    }
  });

  test("cannot be truncated by the application", async () => {
    for (const table of tenantTables) {
      expect(await codeOf(asTenant(a, `truncate "${table}" cascade`)), table).toBe("42501");
    }
  });

  test("has its tenant first in every index, but for those of the gates", async () => {
    const gateIndexes = ["api_token_hash_key", "invitation_open_email_idx", "job_due_idx", "membership_user_id_idx"];
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

test("a child cannot point at another organization's parent", async () => {
  const [theirs] = await open().admin<{ id: string }>("select id from project where organization_id = $1", [b.id]);
  const insert = "insert into test (project_id, input) values ($1, 'x')";
  expect(await codeOf(asTenant(a, insert, [theirs?.id]))).toBe("23503");
});

test("the application cannot bypass row-level security and owns nothing", async () => {
  const [role] = await open().admin(
    "select rolsuper, rolbypassrls, rolcreaterole, rolcreatedb from pg_roles where rolname = 'rhesis_app'",
  );
  expect(role).toEqual({ rolsuper: false, rolbypassrls: false, rolcreaterole: false, rolcreatedb: false });
  expect(await open().admin("select relname from pg_class where pg_get_userbyid(relowner) = 'rhesis_app'")).toEqual([]);
  expect(await codeOf(asTenant(null, "set role rhesis_owner"))).toBe("42501");
  expect(await codeOf(asTenant(null, "create table public.mine (id int)"))).toBe("42501");
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
    "gate_forget_idempotency_keys",
    "gate_job_counts",
    "gate_memberships",
    "gate_organizations",
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
