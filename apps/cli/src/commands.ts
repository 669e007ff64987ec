/** What each operator's command does. Output is plain lines; errors are thrown and shown by `main.ts`. */
import { issuerOf } from "@rhesis/auth/issuer";
import { createSecretBox, parseSecretKeys } from "@rhesis/auth/sealed-secret";
import { createDatabase, type Database } from "@rhesis/db/database";
import { migrateToLatest } from "@rhesis/db/migrate";
import { provisionDatabase } from "@rhesis/db/provision";
import { migrateQueue } from "@rhesis/jobs/migrate-queue";
import { rotateSecrets } from "@rhesis/services/secret/rotate";
import { readConfiguration } from "@rhesis/telemetry/configuration";
import { settings } from "./config.ts";
import { databaseChecks, migrationCheck } from "./doctor/database-checks.ts";
import { runChecks, type Check } from "./doctor/check.ts";
import { loginCheck, queueCheck, secretKeysCheck } from "./doctor/service-checks.ts";
import { probeQueue } from "./doctor/probe-queue.ts";

export type Print = (line: string) => void;

/** Roles and database, where they are missing; needs an administrator's address once. */
export async function provision(print: Print): Promise<void> {
  const { DATABASE_ADMIN_URL, DATABASE_OWNER_URL, DATABASE_URL } = readConfiguration(
    settings.pick({ DATABASE_ADMIN_URL: true, DATABASE_OWNER_URL: true, DATABASE_URL: true }),
    process.env,
  );
  const owner = new URL(DATABASE_OWNER_URL);
  const app = new URL(DATABASE_URL);
  await provisionDatabase({
    admin_url: DATABASE_ADMIN_URL,
    database: decodeURIComponent(app.pathname.slice(1)),
    owner_password: decodeURIComponent(owner.password),
    app_password: decodeURIComponent(app.password),
  });
  print("The roles and the database are there. Next: rhesis migrate");
}

/** Brings the schema, and the queue's where it is on PostgreSQL, to this version. */
export async function migrate(print: Print): Promise<void> {
  const { DATABASE_OWNER_URL } = readConfiguration(settings.pick({ DATABASE_OWNER_URL: true }), process.env);
  const applied = await migrateToLatest(DATABASE_OWNER_URL);
  for (const { name } of applied) print(`applied ${name}`);
  await migrateQueue(DATABASE_OWNER_URL);
  print(applied.length === 0 ? "The schema is current." : `The schema is current: ${applied.length} applied.`);
}

const doctorSettings = settings
  .omit({ DATABASE_ADMIN_URL: true })
  .partial({ DATABASE_OWNER_URL: true, REDIS_URL: true, AUTH0_DOMAIN: true, OIDC_ISSUER: true, OIDC_JWKS_URL: true });

/** Looks at everything an installation needs; returns whether all is well. */
export async function doctor(print: Print): Promise<boolean> {
  const given = readConfiguration(doctorSettings, process.env);
  const { DATABASE_OWNER_URL: owner_url, REDIS_URL: redis_url } = given;
  const issuer = issuerOf(given.AUTH0_DOMAIN, given.OIDC_ISSUER);
  const checks: Check[] = [
    ...databaseChecks(given.DATABASE_URL),
    ...(owner_url === undefined ? [] : [migrationCheck(owner_url)]),
    queueCheck(redis_url === undefined ? "PostgreSQL" : "Redis", () => probeQueue(given.DATABASE_URL, redis_url)),
    issuer === null ? missingIssuer : loginCheck(issuer, given.OIDC_JWKS_URL),
    secretKeysCheck(given.RHESIS_SECRET_KEYS),
  ];
  const findings = await runChecks(checks);
  for (const { name, ok, detail, advice } of findings) {
    print(`${ok ? "ok  " : "FAIL"}  ${name}: ${detail}`);
    if (advice !== undefined) print(`      → ${advice}`);
  }
  return findings.every((finding) => finding.ok);
}

const missingIssuer: Check = {
  name: "login provider reachable",
  run: async () => ({
    ok: false,
    detail: "none is named",
    advice: "Set AUTH0_DOMAIN, or OIDC_ISSUER for another provider.",
  }),
};

/** Seals every stored secret again with the first of RHESIS_SECRET_KEYS. */
export async function rotateKeys(print: Print): Promise<void> {
  const { DATABASE_URL, RHESIS_SECRET_KEYS } = readConfiguration(
    settings.pick({ DATABASE_URL: true, RHESIS_SECRET_KEYS: true }),
    process.env,
  );
  const secrets = createSecretBox(parseSecretKeys(RHESIS_SECRET_KEYS));
  await withDatabase(DATABASE_URL, async (database) => {
    const { organizations, rotated, unreadable } = await rotateSecrets(database, secrets);
    print(`${rotated} secrets of ${organizations} organizations are sealed with the current key.`);
    for (const place of unreadable) print(`could not be opened, enter it again: ${place}`);
  });
}

/** Runs `work` with a database and closes it. */
export async function withDatabase<T>(url: string, work: (database: Database) => Promise<T>): Promise<T> {
  const database = createDatabase({ url, application_name: "rhesis-cli", max_connections: 2, read_connections: 1 });
  try {
    return await work(database);
  } finally {
    await database.close();
  }
}
