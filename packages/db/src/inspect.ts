/** What an operator has to know about the security of a database, read from its catalogue. */
import { Client } from "pg";

export type SecurityFacts = {
  role: string;
  server_version: string;
  is_superuser: boolean;
  bypasses_rls: boolean;
  owned_tables: number;
  tables: number;
  /** Tenant tables on which row-level security is not enabled and forced. */
  unprotected_tables: string[];
};

const facts = `
select r.rolname as role, current_setting('server_version') as server_version, r.rolsuper as is_superuser, r.rolbypassrls as bypasses_rls,
  (select count(*)::int from pg_class c where c.relkind = 'r' and c.relowner = r.oid and c.relnamespace = 'public'::regnamespace) as owned_tables,
  (select count(*)::int from pg_class c where c.relkind = 'r' and c.relnamespace = 'public'::regnamespace) as tables,
  array(select c.relname::text from pg_class c
    where c.relkind = 'r' and c.relnamespace = 'public'::regnamespace and not (c.relrowsecurity and c.relforcerowsecurity)
      and exists (select from pg_attribute a where a.attrelid = c.oid and a.attname = 'organization_id')
    order by 1) as unprotected_tables
from pg_roles r where r.rolname = current_user`;

/** @param url of any role that may connect. @throws where the database cannot be reached */
export async function inspectSecurity(url: string): Promise<SecurityFacts> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 5000 });
  await client.connect();
  try {
    const { rows } = await client.query<SecurityFacts>(facts);
    const [row] = rows;
    if (row === undefined) throw new Error("the database does not know the role of this connection");
    return row;
  } finally {
    await client.end();
  }
}
