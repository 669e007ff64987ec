import { Client } from "pg";

/**
 * Gives the people of an installation with one login provider the issuer it has now, as when its address changed:
 * a person is known by issuer and subject, and would be somebody new otherwise. Where a subject has accounts of several
 * issuers, that of the present one holds, else the oldest.
 *
 * @param admin_url connects to the tenants' database, as a role that policies do not bind
 */
export async function moveAccounts(admin_url: string, issuer: string): Promise<void> {
  const client = new Client({ connectionString: admin_url });
  await client.connect();
  try {
    await client.query(
      `update "user" set issuer = $1
       where id in (select distinct on (subject) id from "user" order by subject, issuer <> $1, id) and issuer <> $1`,
      [issuer],
    );
  } finally {
    await client.end();
  }
}
