/** What has to hold of a table that holds rows of organizations, tried as the application does it. */
import { randomUUID } from "node:crypto";
import type { Tenant } from "@rhesis/db/tenant";
import { asTenant, outcomeOf } from "./as-tenant.ts";
import type { TestDatabase } from "./database.ts";
import type { TestOrganization } from "./tenants.ts";

type World = { open: TestDatabase; a: TestOrganization; b: TestOrganization };

const refused = "42501";
const nothing: readonly (string | number)[] = [0, refused];

/** What `table` gives away to organization `a` of what is `b`'s, or to nobody; empty where it is tight. */
export async function leaksOf(world: World, table: string): Promise<string[]> {
  const leaks = [
    ...(await looseFlags(world, table)),
    ...(await leaksToOthers(world, table)),
    ...(await leaksToNobody(world, table)),
  ];
  return leaks.map((leak) => `${table} ${leak}`);
}

/** The condition for rows of an organization. */
function rowsOf(table: string, { id, people }: TestOrganization): string {
  if (table === "organization") return `id = '${id}'`;
  if (table !== "user") return `organization_id = '${id}'`;
  const ids = Object.values(people).map((person) => person.user_id);
  return `id = any('{${ids.join(",")}}')`;
}

async function looseFlags({ open }: World, table: string): Promise<string[]> {
  const [row] = await open.admin<{ on: boolean; forced: boolean }>(
    "select relrowsecurity as on, relforcerowsecurity as forced from pg_class where oid = $1::regclass",
    [`public."${table}"`],
  );
  return [
    ...(row?.on === true ? [] : ["has no row-level security"]),
    ...(row?.forced === true ? [] : ["does not bind its owner"]),
  ];
}

type Attempt = { read: string; update: string; remove: string; insert: string; row: string };

/** The four operations on rows of `organization`; the update changes a column that may be changed, if there is one. */
async function attemptsOn({ open }: World, table: string, organization: TestOrganization): Promise<Attempt> {
  const theirs = rowsOf(table, organization);
  const [column] = await open.admin<{ name: string }>(
    `select quote_ident(attname) as name from pg_attribute where attrelid = $1::regclass and attnum > 0 and not attisdropped
     order by has_column_privilege('rhesis_app', attrelid, attnum, 'update') desc, attnum limit 1`,
    [`public."${table}"`],
  );
  const [row] = await open.admin<{ row: object }>(
    `select to_jsonb(t) as row from "${table}" t where ${theirs} limit 1`,
  );
  return {
    read: `select from "${table}" where ${theirs}`,
    update: `update "${table}" set ${column?.name} = ${column?.name} where ${theirs}`,
    remove: `delete from "${table}" where ${theirs}`,
    insert: `insert into "${table}" select * from jsonb_populate_record(null::"${table}", $1)`,
    row: JSON.stringify(row?.row),
  };
}

async function leaksToOthers(world: World, table: string): Promise<string[]> {
  const { open, a, b } = world;
  const theirs = await attemptsOn(world, table, b);
  const leaks = await takes(open, a.tenant, theirs, "another organization");
  const own = `select from "${table}" where ${rowsOf(table, a)}`;
  const [seen, there] = [await outcomeOf(asTenant(open, a.tenant, own)), await open.admin(own)];
  if (seen === 0 || seen !== there.length) leaks.push("hides an organization's own rows from it");
  if (table === "user") leaks.push(...(await hidesFromThemselves(world)));
  const truncated = await outcomeOf(asTenant(open, a.tenant, `truncate "${table}" cascade`));
  if (truncated !== refused) leaks.push("can be truncated");
  return leaks;
}

async function leaksToNobody(world: World, table: string): Promise<string[]> {
  return takes(world.open, null, await attemptsOn(world, table, world.b), "nobody");
}

async function takes(open: TestDatabase, tenant: Tenant | null, attempt: Attempt, who: string): Promise<string[]> {
  const { read, update, remove, insert, row } = attempt;
  const run = (sql: string, values?: unknown[]) => outcomeOf(asTenant(open, tenant, sql, values));
  const leaks: string[] = [];
  if ((await run(read)) !== 0) leaks.push(`shows rows to ${who}`);
  if (!nothing.includes(await run(update))) leaks.push(`lets ${who} update rows`);
  if (!nothing.includes(await run(remove))) leaks.push(`lets ${who} delete rows`);
  if ((await run(insert, [row])) !== refused) leaks.push(`takes rows from ${who}`);
  return leaks;
}

/** A person sees themselves also where they belong to no organization. */
async function hidesFromThemselves({ open, a }: World): Promise<string[]> {
  const { user_id } = a.people.viewer;
  const alone = { organization_id: randomUUID(), user_id };
  const seen = await asTenant(open, alone, `select id from "user"`);
  return seen.rows.length === 1 ? [] : ["shows a person something else than themselves"];
}
