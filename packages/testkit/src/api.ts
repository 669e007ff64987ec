/** The API over real HTTP, with a login provider of its own. */
import { randomBytes, randomUUID } from "node:crypto";
import { createApiToken } from "@rhesis/auth/api-token";
import { permissions, type Role } from "@rhesis/auth/permissions";
import { createApi, type Api } from "@rhesis/api/api";
import { readConfig } from "@rhesis/api/config";
import { signIn } from "@rhesis/db/gates";
import { createLogger } from "@rhesis/telemetry/logger";
import type { TestDatabase } from "./database.ts";
import { startIssuer, type TestIssuer } from "./issuer.ts";

export type TestPerson = { user_id: string; subject: string; token: string };

export type TestApi = {
  /** Without a slash at its end. */
  url: string;
  api: Api;
  issuer: TestIssuer;
  /** What was logged so far, a line each. */
  log: string[];
  /** A person with a token of the login provider; a member where an organization is named. */
  person(organization_id?: string, role?: Role): Promise<TestPerson>;
  /** An API token of a member, with all scopes unless some are named. */
  apiToken(organization_id: string, user_id: string, more?: ApiTokenFields): Promise<string>;
  close(): Promise<void>;
};

export type ApiTokenFields = { scopes?: string[]; project_id?: string; expires_at?: Date; revoked_at?: Date };

/** Starts it on a free port. @param variables on top of a working configuration */
export async function startTestApi(db: TestDatabase, variables: Record<string, string> = {}): Promise<TestApi> {
  const issuer = await startIssuer();
  const config = readConfig({
    DATABASE_URL: db.app_url,
    OIDC_ISSUER: issuer.issuer,
    AUTH0_AUDIENCE: issuer.audience,
    AUTH0_CLIENT_ID: "test-client",
    RHESIS_SECRET_KEYS: `test:${randomBytes(32).toString("base64")}`,
    RHESIS_ALLOW_LOOPBACK_TARGETS: "true",
    HOST: "127.0.0.1",
    PORT: "0",
    SHUTDOWN_SECONDS: "5",
    ...variables,
  });
  const log: string[] = [];
  const logger = createLogger({ service: "api", level: "info", destination: { write: (line) => void log.push(line) } });
  const api = createApi({ config, logger });
  const port = await api.listen();
  return {
    url: `http://127.0.0.1:${port}`,
    api,
    issuer,
    log,
    person: (organization_id, role = "owner") => createPerson(db, issuer, organization_id, role),
    apiToken: (organization_id, user_id, more = {}) => createToken(db, organization_id, user_id, more),
    async close() {
      await api.close();
      await issuer.close();
    },
  };
}

async function createPerson(
  db: TestDatabase,
  issuer: TestIssuer,
  organization_id: string | undefined,
  role: Role,
): Promise<TestPerson> {
  const subject = `test|${randomUUID()}`;
  const profile = { email: `${randomUUID()}@person.example`, email_verified: true, name: "Test Person", picture: null };
  const user_id = await signIn(db.database.pool, { issuer: issuer.issuer, subject, ...profile });
  if (organization_id !== undefined) {
    const insert = "insert into membership (organization_id, user_id, role) values ($1, $2, $3)";
    await db.admin(insert, [organization_id, user_id, role]);
  }
  return { user_id, subject, token: await issuer.sign({ sub: subject, ...profile }) };
}

async function createToken(
  db: TestDatabase,
  organization_id: string,
  user_id: string,
  more: ApiTokenFields,
): Promise<string> {
  const { token, token_hash, hint } = createApiToken();
  const { scopes = permissions, project_id = null, expires_at = null, revoked_at = null } = more;
  await db.admin(
    `insert into api_token (organization_id, user_id, name, token_hash, hint, scopes, project_id, expires_at, revoked_at)
     values ($1, $2, 'test', $3, $4, $5, $6, $7, $8)`,
    [organization_id, user_id, token_hash, hint, scopes, project_id, expires_at, revoked_at],
  );
  return token;
}
