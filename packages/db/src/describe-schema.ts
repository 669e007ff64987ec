/** A readable schema made from the catalogue: the embedded PostgreSQL ships no pg_dump, and policies belong in a diff. */
import { Client } from "pg";

const tables = `
select c.relname as name, c.relrowsecurity, c.relforcerowsecurity, c.relpersistence = 'u' as is_unlogged,
  pg_get_userbyid(c.relowner) as owner,
  (select string_agg('  ' || quote_ident(a.attname) || ' ' || format_type(a.atttypid, a.atttypmod)
      || case when a.attnotnull then ' not null' else '' end
      || coalesce(' default ' || pg_get_expr(d.adbin, d.adrelid), ''), E',\\n' order by a.attnum)
    from pg_attribute a left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
    where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped) as columns,
  (select string_agg('  constraint ' || quote_ident(k.conname) || ' ' || pg_get_constraintdef(k.oid), E',\\n' order by k.conname)
    from pg_constraint k where k.conrelid = c.oid and k.contype <> 'n') as constraints,
  (select string_agg(pg_get_indexdef(i.indexrelid) || ';', E'\\n' order by i.indexrelid::regclass::text)
    from pg_index i where i.indrelid = c.oid and not exists (select from pg_constraint k where k.conindid = i.indexrelid)) as indexes,
  (select string_agg(format('create policy %I on %I for %s to %s%s%s;', p.policyname, p.tablename, lower(p.cmd), array_to_string(p.roles, ', '),
      coalesce(' using (' || p.qual || ')', ''), coalesce(' with check (' || p.with_check || ')', '')), E'\\n' order by p.policyname)
    from pg_policies p where p.schemaname = 'public' and p.tablename = c.relname) as policies,
  (select string_agg(format('grant %s on %I to %s;', g.rights, c.relname, g.grantee), E'\\n' order by g.grantee, g.rights)
    from (select grantee, string_agg(lower(privilege_type), ', ' order by privilege_type) as rights
      from information_schema.role_table_grants where table_schema = 'public' and table_name = c.relname
        and grantee in ('rhesis_app', 'rhesis_gate') group by grantee
      union all
      select pg_get_userbyid(r.grantee), format('%s (%s)', lower(r.privilege_type), string_agg(quote_ident(a.attname), ', ' order by a.attnum))
      from pg_attribute a cross join lateral aclexplode(a.attacl) r where a.attrelid = c.oid
      group by r.grantee, r.privilege_type) g) as grants,
  (select string_agg(pg_get_triggerdef(t.oid) || ';', E'\\n' order by t.tgname) from pg_trigger t where t.tgrelid = c.oid and not t.tgisinternal) as triggers
from pg_class c
where c.relnamespace = 'public'::regnamespace and c.relkind = 'r' and c.relname not like 'schema_migration%'
order by c.relname`;

const functions = `
select pg_get_functiondef(p.oid) as definition, p.oid::regprocedure::text as signature, pg_get_userbyid(p.proowner) as owner
from pg_proc p where p.pronamespace = 'public'::regnamespace order by p.proname, p.oid::regprocedure::text`;

type TableRow = Record<"name" | "owner", string> &
  Record<"columns" | "constraints" | "indexes" | "policies" | "grants" | "triggers", string | null> &
  Record<"relrowsecurity" | "relforcerowsecurity" | "is_unlogged", boolean>;

/** @param owner_url a migrated database */
export async function describeSchema(owner_url: string): Promise<string> {
  const client = new Client({ connectionString: owner_url });
  await client.connect();
  try {
    const described = (await client.query<TableRow>(tables)).rows.map(describeTable);
    const defined = (await client.query<{ definition: string; signature: string; owner: string }>(functions)).rows.map(
      (row) => `${row.definition.trimEnd()};\nalter routine ${row.signature} owner to ${row.owner};`,
    );
    return `-- Generated from the migrated database. Do not edit.\n\n${[...described, ...defined].join("\n\n")}\n`;
  } finally {
    await client.end();
  }
}

function describeTable(table: TableRow): string {
  const body = [table.columns, table.constraints].filter((part) => part !== null).join(",\n");
  const security = [
    table.relrowsecurity ? `alter table ${table.name} enable row level security;` : null,
    table.relforcerowsecurity ? `alter table ${table.name} force row level security;` : null,
  ];
  return [
    `create ${table.is_unlogged ? "unlogged " : ""}table ${table.name} (\n${body}\n);`,
    `alter table ${table.name} owner to ${table.owner};`,
    ...security,
    table.indexes,
    table.policies,
    table.grants,
    table.triggers,
  ]
    .filter((part) => part !== null)
    .join("\n");
}
