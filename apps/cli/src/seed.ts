/** `rhesis seed`: an organization with the demo, for a person who has signed in. */
import { createSecretBox, parseSecretKeys } from "@rhesis/auth/sealed-secret";
import { findUsersByEmail } from "@rhesis/db/gates";
import { demoData } from "@rhesis/services/demo/demo-data";
import { seedDemoOrganization } from "@rhesis/services/demo/seed-demo";
import { readConfiguration } from "@rhesis/telemetry/configuration";
import { withDatabase, type Print } from "./commands.ts";
import { settings } from "./config.ts";

/** @throws where nobody, or more than one person, has signed in with that address */
export async function seed(
  options: { email: string; organization: string; chatbot: string },
  print: Print,
): Promise<void> {
  const { DATABASE_URL, RHESIS_SECRET_KEYS } = readConfiguration(
    settings.pick({ DATABASE_URL: true, RHESIS_SECRET_KEYS: true }),
    process.env,
  );
  await withDatabase(DATABASE_URL, async (database) => {
    const [user_id, ...others] = await findUsersByEmail(database.pool, options.email);
    if (user_id === undefined) throw new Error(`Nobody has signed in as ${options.email} yet.`);
    if (others.length > 0) throw new Error(`Several people have signed in as ${options.email}.`);
    const secrets = createSecretBox(parseSecretKeys(RHESIS_SECRET_KEYS));
    const demo = await seedDemoOrganization(database, secrets, {
      name: options.organization,
      user_id,
      data: demoData(options.chatbot),
    });
    print(`The organization ${options.organization} (${demo.organization_id}) holds the demo.`);
  });
}
