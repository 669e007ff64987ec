/** The tenants' database inside our PostgreSQL: roles, database, newest schema. */
import { migrateToLatest } from "@rhesis/db/migrate";
import { moveAccounts } from "@rhesis/db/move-accounts";
import { provisionDatabase } from "@rhesis/db/provision";
import { migrateQueue } from "@rhesis/jobs/migrate-queue";
import type { Secrets } from "../data-folder.ts";

const database = "rhesis";

export type DatabaseUrls = { owner_url: string; app_url: string };

/** Safe to repeat at every start. @throws when a migration fails; the database is as before then */
export async function prepareDatabase(admin_url: string, secrets: Secrets): Promise<DatabaseUrls> {
  const { owner_password, app_password } = secrets;
  await provisionDatabase({ admin_url, database, owner_password, app_password });
  const owner_url = urlOf(admin_url, "rhesis_owner", owner_password);
  await migrateToLatest(owner_url);
  await migrateQueue(owner_url);
  return { owner_url, app_url: urlOf(admin_url, "rhesis_app", app_password) };
}

/** Lets people keep their accounts when the login is at another port than before: its address is the issuer. */
export function keepAccounts(admin_url: string, issuer: string): Promise<void> {
  const url = new URL(admin_url);
  url.pathname = `/${database}`;
  return moveAccounts(url.href, issuer);
}

function urlOf(admin_url: string, role: string, password: string): string {
  const url = new URL(admin_url);
  url.username = role;
  url.password = password;
  url.pathname = `/${database}`;
  return url.href;
}
