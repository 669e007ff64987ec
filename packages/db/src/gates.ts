/** The doors that open before a tenant is known, or across tenants: security-definer functions, see the migrations. */
import type { Pool, QueryResultRow } from "pg";
import type { Membership } from "./database.generated.ts";
import { migrationNames } from "./migrate.ts";

export type SignIn = {
  issuer: string;
  subject: string;
  email: string | null;
  email_verified: boolean;
  name: string | null;
  picture: string | null;
};

export type MembershipRow = {
  organization_id: string;
  organization_name: string;
  role: Membership["role"];
  feature_overrides: Record<string, boolean>;
};

export type TokenRow = {
  token_id: string;
  organization_id: string;
  user_id: string;
  project_id: string | null;
  scopes: string[] | null;
  role: string;
  expires_at: Date | null;
  revoked_at: Date | null;
  feature_overrides: Record<string, boolean>;
};

/** The person behind a verified login, made when seen first. Open invitations to a verified address are accepted. */
export async function signIn(pool: Pool, person: SignIn): Promise<string> {
  const { issuer, subject, email, email_verified, name, picture } = person;
  const values = [issuer, subject, email, email_verified, name, picture];
  const rows = await ask<{ id: string }>(
    pool,
    "gate_sign_in",
    "select gate_sign_in($1, $2, $3, $4, $5, $6) as id",
    values,
  );
  const [row] = rows;
  if (row === undefined) throw new Error("gate_sign_in returned nobody");
  return row.id;
}

/** The organizations a person belongs to, in the order of their names. */
export function membershipsOf(pool: Pool, user_id: string): Promise<MembershipRow[]> {
  return ask(pool, "gate_memberships", "select * from gate_memberships($1)", [user_id]);
}

/** A token by the SHA-256 of its text, also an expired or revoked one. */
export async function findToken(pool: Pool, token_hash: Buffer): Promise<TokenRow | null> {
  const rows = await ask<TokenRow>(pool, "gate_token", "select * from gate_token($1)", [token_hash]);
  return rows[0] ?? null;
}

/** Notes that a token was used, to the minute. */
export async function touchToken(pool: Pool, token_id: string): Promise<void> {
  await ask(pool, "gate_touch_token", "select gate_touch_token($1)", [token_id]);
}

/** Jobs that wait or run, over all organizations. */
export function jobCounts(pool: Pool): Promise<{ name: string; status: string; jobs: number }[]> {
  return ask(pool, "gate_job_counts", "select * from gate_job_counts()", []);
}

export type OrphanedRun = { organization_id: string; job_id: string };

/** Live test runs whose job has ended, over all organizations: by the job, `most` at once. */
export function orphanedRuns(pool: Pool, most: number): Promise<OrphanedRun[]> {
  const text = "select organization_id, job_id from gate_orphaned_runs($1)";
  return ask(pool, "gate_orphaned_runs", text, [most]);
}

export type DueSchedule = { organization_id: string; schedule_id: string; user_id: string | null };

/** Schedules whose time has come at `moment`, over all organizations, the longest due first: `most` at once. */
export function dueSchedules(pool: Pool, moment: Date, most: number): Promise<DueSchedule[]> {
  const text = "select organization_id, schedule_id, user_id from gate_due_schedules($1, $2)";
  return ask(pool, "gate_due_schedules", text, [moment, most]);
}

/** Forgets keys of repeated calls, older than so many hours. */
export async function forgetIdempotencyKeys(pool: Pool, older_than_hours: number): Promise<void> {
  const text = "select gate_forget_idempotency_keys(make_interval(hours => $1))";
  await ask(pool, "gate_forget_idempotency_keys", text, [older_than_hours]);
}

/** Names of migrations that this version of the program expects and the database has not. */
export async function missingMigrations(pool: Pool): Promise<string[]> {
  const [expected, applied] = await Promise.all([
    migrationNames(),
    ask<{ name: string }>(pool, "schema_migration", "select name from schema_migration", []),
  ]);
  const names = new Set(applied.map(({ name }) => name));
  return expected.filter((name) => !names.has(name));
}

async function ask<Row extends QueryResultRow>(
  pool: Pool,
  name: string,
  text: string,
  values: unknown[],
): Promise<Row[]> {
  const { rows } = await pool.query<Row>({ name, text, values });
  return rows;
}

/** The ids of the people who signed in with an address, for operators. */
export async function findUsersByEmail(pool: Pool, email: string): Promise<string[]> {
  const rows = await ask<{ id: string }>(pool, "gate_users_by_email", "select id from gate_users_by_email($1) as id", [
    email,
  ]);
  return rows.map((row) => row.id);
}
