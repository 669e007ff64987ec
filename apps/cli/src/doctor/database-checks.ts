/** Is the database there, is it current, and can the application really not see past row-level security? */
import { inspectSecurity, type SecurityFacts } from "@rhesis/db/inspect";
import { pendingMigrations } from "@rhesis/db/migrate";
import type { Check, Finding } from "./check.ts";

/** @param app_url connects as the application does */
export function databaseChecks(app_url: string): Check[] {
  let facts: Promise<SecurityFacts> | undefined;
  const inspected = () => (facts ??= inspectSecurity(app_url));
  return [
    {
      name: "database reachable",
      run: async () => {
        const { server_version } = await inspected();
        const major = Number.parseInt(server_version, 10);
        return major >= 18
          ? { ok: true, detail: `PostgreSQL ${server_version}` }
          : { ok: false, detail: `PostgreSQL ${server_version}`, advice: "Use PostgreSQL 18 or later." };
      },
    },
    { name: "login role is bound by row-level security", run: async () => loginRole(await inspected()) },
    { name: "row-level security on every tenant table", run: async () => tenantTables(await inspected()) },
  ];
}

function loginRole(facts: SecurityFacts): Finding {
  const powers = [
    facts.is_superuser ? "is a superuser" : null,
    facts.bypasses_rls ? "has BYPASSRLS" : null,
    facts.owned_tables > 0 ? `owns ${facts.owned_tables} tables` : null,
  ].filter((power) => power !== null);
  return powers.length === 0
    ? { ok: true, detail: `${facts.role} is an ordinary role and owns nothing` }
    : {
        ok: false,
        detail: `${facts.role} ${powers.join(", ")}`,
        advice: "DATABASE_URL must name rhesis_app: with this role one organization could read another's data.",
      };
}

function tenantTables({ tables, unprotected_tables }: SecurityFacts): Finding {
  if (tables === 0) return { ok: false, detail: "no tables yet", advice: "Run: rhesis migrate" };
  return unprotected_tables.length === 0
    ? { ok: true, detail: `${tables} tables, all forced` }
    : { ok: false, detail: `not forced on ${unprotected_tables.join(", ")}`, advice: "Run: rhesis migrate" };
}

/** @param owner_url connects as the owner */
export function migrationCheck(owner_url: string): Check {
  return {
    name: "migrations applied",
    run: async () => {
      const pending = await pendingMigrations(owner_url);
      return pending.length === 0
        ? { ok: true, detail: "the schema is current" }
        : { ok: false, detail: `${pending.length} are not applied`, advice: "Run: rhesis migrate" };
    },
  };
}
