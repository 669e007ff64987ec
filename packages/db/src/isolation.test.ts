import { beforeAll, describe, expect, test } from "vitest";
import { useTestDatabase } from "@rhesis/testkit/database";
import { leaksOf } from "@rhesis/testkit/isolation";
import { populate } from "@rhesis/testkit/populate";
import { createTenants, type TestOrganization } from "@rhesis/testkit/tenants";

const open = useTestDatabase();
let a: TestOrganization;
let b: TestOrganization;

beforeAll(async () => {
  ({ a, b } = await createTenants(open().database));
  await populate(open(), a);
  await populate(open(), b);
});

/** Every table there is. The first column of a tenant table is `organization_id`; of the other two, see `leaksOf`. */
const tables = [
  "api_token",
  "audit_log",
  "category",
  "connector_call",
  "connector_connection",
  "conversation",
  "deletion",
  "endpoint",
  "experiment",
  "experiment_version",
  "idempotency_key",
  "invitation",
  "job",
  "membership",
  "metric",
  "model",
  "organization",
  "parameter_environment",
  "project",
  "prompt",
  "requirement",
  "requirement_metric",
  "schedule",
  "score",
  "test",
  "test_result",
  "test_run",
  "test_set",
  "test_set_metric",
  "test_set_test",
  "topic",
  "turn",
  "user",
];

/** Tables that hold nothing of organizations, and what the application may do with each. */
const tenantless: Record<string, string[]> = { schema_migration: ["SELECT"], schema_migration_lock: [] };

const rightsOn = async (table: string) => {
  const rows = await open().admin<{ right: string }>(
    `select r as right from unnest(array['SELECT', 'INSERT', 'UPDATE', 'DELETE']) r
     where has_table_privilege('rhesis_app', $1::regclass, r)
       or (r <> 'DELETE' and has_any_column_privilege('rhesis_app', $1::regclass, r))`,
    [`public."${table}"`],
  );
  return rows.map(({ right }) => right);
};

test("these are all tables: one that is new has to be isolated, or to hold nothing of organizations", async () => {
  const relations = await open().admin<{ name: string; kind: string; first: string }>(
    `select c.relname as name, c.relkind as kind, a.attname as first
     from pg_class c left join pg_attribute a on a.attrelid = c.oid and a.attnum = 1
     where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p', 'v', 'm', 'f') order by 1`,
  );
  expect(relations.map(({ name }) => name)).toEqual([...tables, ...Object.keys(tenantless)].toSorted());
  expect(new Set(relations.map(({ kind }) => kind))).toEqual(new Set(["r"]));
  const others = relations.filter(({ first }) => first !== "organization_id").map(({ name }) => name);
  expect(others).toEqual(["organization", ...Object.keys(tenantless), "user"]);
  for (const [table, rights] of Object.entries(tenantless)) expect(await rightsOn(table), table).toEqual(rights);
  expect(await rightsOn("organization")).toEqual(["SELECT", "INSERT", "UPDATE"]);
  expect(await rightsOn("user")).toEqual(["SELECT"]);
});

type Mutation = { what: string; make: string; undo: string };
type Policy = { name: string; command: string; qual: string; with_check: string | null };

/** Every way to lose a part of what protects a table. */
async function mutationsOf(table: string): Promise<Mutation[]> {
  const on = `on public."${table}"`;
  const alter = (what: string) => `alter table public."${table}" ${what} row level security`;
  const policies = await open().admin<Policy>(
    `select policyname as name, lower(cmd) as command, qual, with_check from pg_policies
     where schemaname = 'public' and tablename = $1 and 'rhesis_app' = any(roles)`,
    [table],
  );
  return [
    { what: "row-level security off", make: alter("disable"), undo: alter("enable") },
    { what: "not forced", make: alter("no force"), undo: alter("force") },
    ...policies.flatMap(({ name, command, qual, with_check }): Mutation[] => {
      const check = with_check === null ? "" : ` with check (${with_check})`;
      const back = `alter policy ${name} ${on} using (${qual})${check}`;
      return [
        {
          what: `policy ${name} dropped`,
          make: `drop policy ${name} ${on}`,
          undo: `create policy ${name} ${on} for ${command} to rhesis_app using (${qual})${check}`,
        },
        { what: `policy ${name} shows all`, make: `alter policy ${name} ${on} using (true)`, undo: back },
        ...(with_check === null
          ? []
          : [{ what: `policy ${name} takes all`, make: `alter policy ${name} ${on} with check (true)`, undo: back }]),
      ];
    }),
  ];
}

describe.each(tables)("%s", (table) => {
  test("gives nothing away: not to another organization, not to nobody", async () => {
    const rows = await open().admin<{ organizations: string }>(
      table === "organization" || table === "user"
        ? `select count(*) as organizations from "${table}"`
        : `select count(distinct organization_id) as organizations from "${table}"`,
    );
    expect(Number(rows[0]?.organizations), "the fixture fills it for both").toBeGreaterThanOrEqual(2);
    expect(await leaksOf({ open: open(), a, b }, table)).toEqual([]);
  });

  test("is seen to leak when any part of its protection is gone", async () => {
    const mutations = await mutationsOf(table);
    expect(mutations.length).toBeGreaterThanOrEqual(4);
    for (const { what, make, undo } of mutations) {
      await open().admin(make);
      const leaks = await leaksOf({ open: open(), a, b }, table).finally(() => open().admin(undo));
      expect(leaks, what).not.toEqual([]);
    }
    expect(await leaksOf({ open: open(), a, b }, table)).toEqual([]);
  });
});
