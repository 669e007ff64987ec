/** What has to exist before the first migration: roles and the database. Run once, as a role that may create roles. */
import { Client } from "pg";

const roleNames = ["rhesis_owner", "rhesis_app", "rhesis_gate"] as const;

export type Provision = {
  /** Connects as a role with CREATEROLE and CREATEDB, to any database of the server. */
  admin_url: string;
  database: string;
  owner_password: string;
  app_password: string;
};

/**
 * Creates the roles and the database where they are missing, and sets the passwords.
 * `rhesis_owner` migrates and owns; `rhesis_app` logs in, owns nothing and cannot bypass row-level security;
 * `rhesis_gate` cannot log in and owns the security-definer functions.
 */
export async function provisionDatabase(provision: Provision): Promise<void> {
  const client = new Client({ connectionString: provision.admin_url });
  await client.connect();
  try {
    await createRoles(client, provision);
    const found = await client.query("select from pg_database where datname = $1", [provision.database]);
    if (found.rowCount === 0) {
      await client.query(`create database ${client.escapeIdentifier(provision.database)} owner rhesis_owner`);
    }
    await client.query(`revoke all on database ${client.escapeIdentifier(provision.database)} from public`);
    await client.query(`grant connect on database ${client.escapeIdentifier(provision.database)} to rhesis_app`);
  } finally {
    await client.end();
  }
}

async function createRoles(client: Client, provision: Provision): Promise<void> {
  const existing = await client.query<{ rolname: string }>("select rolname from pg_roles where rolname = any($1)", [
    roleNames,
  ]);
  const names = new Set(existing.rows.map((row) => row.rolname));
  for (const name of roleNames) {
    if (!names.has(name)) await client.query(`create role ${name} nosuperuser nobypassrls nocreatedb nocreaterole`);
  }
  await client.query(`alter role rhesis_owner login password ${client.escapeLiteral(provision.owner_password)}`);
  await client.query(`alter role rhesis_app login password ${client.escapeLiteral(provision.app_password)}`);
  await client.query("grant rhesis_gate to rhesis_owner");
}
