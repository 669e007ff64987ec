/** `rhesis token create`: a token for a member, without the web app. */
import { permissions, permissionsOf, type Permission } from "@rhesis/auth/permissions";
import { findMemberByEmail } from "@rhesis/db/queries/member";
import { createApiToken } from "@rhesis/services/api-token/create";
import { readConfiguration } from "@rhesis/telemetry/configuration";
import { withDatabase, type Print } from "./commands.ts";
import { settings } from "./config.ts";

export type TokenOptions = { organization: string; email: string; name: string; scope?: string[]; days: string };

/** Prints the token, which is stored nowhere. @throws where the member or a scope is not there */
export async function createToken(options: TokenOptions, print: Print): Promise<void> {
  const { DATABASE_URL } = readConfiguration(settings.pick({ DATABASE_URL: true }), process.env);
  const expires_in_days = Number(options.days);
  if (!Number.isInteger(expires_in_days) || expires_in_days < 1)
    throw new Error("--days must be a whole number of days.");
  const scopes = options.scope?.map(asPermission);
  await withDatabase(DATABASE_URL, async (database) => {
    const organization_id = options.organization;
    const member = await database.read({ organization_id, user_id: null }, (tx) =>
      findMemberByEmail(tx, options.email),
    );
    if (member === null) throw new Error(`${options.email} is not a member of this organization.`);
    const maker = { permissions: new Set(permissionsOf(member.role, null)) };
    const { token } = await database.write({ organization_id, user_id: member.user_id }, (tx) =>
      createApiToken(tx, maker, { name: options.name, expires_in_days, scopes }),
    );
    print(token);
  });
}

function asPermission(text: string): Permission {
  const found = permissions.find((permission) => permission === text);
  if (found === undefined) throw new Error(`There is no permission "${text}". There are: ${permissions.join(", ")}`);
  return found;
}
