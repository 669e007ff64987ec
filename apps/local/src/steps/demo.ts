/** The demo: two organizations with their people, and one finished run to look at. Made at the first start only. */
import { setTimeout as delay } from "node:timers/promises";
import { createSecretBox, parseSecretKeys } from "@rhesis/auth/sealed-secret";
import { createDatabase, type Database } from "@rhesis/db/database";
import { membershipsOf, signIn } from "@rhesis/db/gates";
import { getTestRun } from "@rhesis/db/queries/test-run";
import { demoData } from "@rhesis/services/demo/demo-data";
import { seedDemoOrganization } from "@rhesis/services/demo/seed-demo";
import { createOrganization } from "@rhesis/services/organization/create";
import { startTestRun } from "@rhesis/services/test-run/start";
import type { Foundation } from "../foundation.ts";
import { readyAccounts, type Account } from "../identity-provider/accounts.ts";

const withinMs = 60_000;

/**
 * Seeds what is missing and runs the demo set once. Returns what to say about it, or null where it was there before.
 * @throws where the run does not finish within a minute
 */
export async function prepareDemo(foundation: Foundation): Promise<string | null> {
  const { DATABASE_URL = "", OIDC_ISSUER = "", RHESIS_SECRET_KEYS = "" } = foundation.environment;
  const database = createDatabase({ url: DATABASE_URL, application_name: "rhesis-local", max_connections: 2 });
  try {
    const secrets = createSecretBox(parseSecretKeys(RHESIS_SECRET_KEYS));
    const [first, ...others] = readyAccounts;
    if (first === undefined) return null;
    for (const account of others) await ensureOrganization(database, OIDC_ISSUER, account);
    const user_id = await signInAs(database, OIDC_ISSUER, first);
    if ((await membershipsOf(database.pool, user_id)).length > 0) return null;
    const demo = await seedDemoOrganization(database, secrets, {
      name: first.organization ?? first.name,
      user_id,
      data: demoData(foundation.chatbot_url),
    });
    const tenant = { organization_id: demo.organization_id, user_id };
    const run_id = await database.write(tenant, (tx) =>
      startTestRun(tx, {
        may_judge: true,
        test_set_id: demo.test_set_id,
        endpoint_id: demo.endpoint_id,
        repeats: 1,
        params: {},
        pause_after_errors: null,
      }),
    );
    return await finished(() => database.read(tenant, (tx) => getTestRun(tx, run_id)));
  } finally {
    await database.close();
  }
}

async function finished(read: () => ReturnType<typeof getTestRun>): Promise<string> {
  const deadline = Date.now() + withinMs;
  while (Date.now() < deadline) {
    const run = await read();
    if (run.status === "completed") return `${run.passed} of ${run.total} demo tests passed.`;
    if (run.status === "failed" || run.status === "cancelled") throw new Error(`The demo run ended as ${run.status}.`);
    await delay(50);
  }
  throw new Error("The demo run did not finish within a minute.");
}

async function ensureOrganization(database: Database, issuer: string, account: Account): Promise<void> {
  const user_id = await signInAs(database, issuer, account);
  if ((await membershipsOf(database.pool, user_id)).length > 0) return;
  const name = account.organization ?? account.name;
  await createOrganization(database, { name, user_id, request_id: "first start" });
}

function signInAs(database: Database, issuer: string, { sub, email, name }: Account): Promise<string> {
  return signIn(database.pool, { issuer, subject: sub, email, email_verified: true, name, picture: null });
}
