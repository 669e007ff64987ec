/** A large installation: tests of many organizations, as they lie on disk after all of them worked side by side. */
import { createApiToken } from "@rhesis/auth/api-token";
import { permissions } from "@rhesis/auth/permissions";
import { asAdmin } from "./database.ts";

export type ManyTests = { organizations: number; projects: number; tests_per_organization: number };
export type BenchTenant = { organization_id: string; token: string };

/** Fills an empty database. Every organization gets one member with a token. */
export async function loadManyTests(admin_url: string, size: ManyTests): Promise<BenchTenant[]> {
  const { organizations, projects, tests_per_organization } = size;
  const [person] = await asAdmin<{ id: string }>(
    admin_url,
    `insert into "user" (issuer, subject, name) values ('bench', 'bench', 'Bench') returning id`,
  );
  await asAdmin(
    admin_url,
    `set session_replication_role = replica;
     insert into organization (name) select 'Organization ' || n from generate_series(1, ${organizations}) n;
     insert into project (organization_id, name) select o.id, 'Project ' || n from generate_series(1, ${projects}) n, organization o;
     ${labels.map(([table, count]) => `insert into ${table} (organization_id, name) select o.id, '${table} ' || n from generate_series(1, ${count}) n, organization o;`).join("\n")}
     create temp table place as select o.id as organization_id,
       array(select id from project p where p.organization_id = o.id order by id) as projects,
       ${labels.map(([table]) => `array(select id from ${table} l where l.organization_id = o.id order by id) as ${table}`).join(", ")}
     from organization o;
     insert into test (organization_id, project_id, name, input, expected_output, requirement_id, topic_id, category_id)
     select organization_id, projects[1 + n % ${projects}], 'Test ' || n,
       'Question ' || n || ': is water damage from a burst pipe covered while nobody was at home for two weeks?',
       'Names the clause, and says what has to be reported within ' || n % 30 || ' days.',
       ${labels.map(([table, count]) => `${table}[1 + n % ${count}]`).join(", ")}
     from generate_series(1, ${tests_per_organization}) n, place;`,
  );
  await asAdmin(admin_url, "vacuum (analyze)");
  return createTokens(admin_url, person?.id ?? "");
}

const labels = [
  ["requirement", 20],
  ["topic", 12],
  ["category", 6],
] as const;

async function createTokens(admin_url: string, user_id: string): Promise<BenchTenant[]> {
  const found = await asAdmin<{ id: string }>(admin_url, "select id from organization order by id");
  const made = found.map(({ id }) => ({ organization_id: id, ...createApiToken() }));
  await asAdmin(
    admin_url,
    "insert into membership (organization_id, user_id, role) select id, $1, 'owner' from organization",
    [user_id],
  );
  await asAdmin(
    admin_url,
    `insert into api_token (organization_id, user_id, name, token_hash, hint, scopes)
     select o, $1, 'bench', h, 'rh-', $4 from unnest($2::uuid[], $3::bytea[]) as t (o, h)`,
    [user_id, made.map((one) => one.organization_id), made.map((one) => one.token_hash), [...permissions]],
  );
  return made.map(({ organization_id, token }) => ({ organization_id, token }));
}
