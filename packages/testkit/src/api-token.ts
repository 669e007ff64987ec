/** A program's token, as a person would make it on the page. */
import { createApiToken as makeToken } from "@rhesis/auth/api-token";
import type { Identity } from "@rhesis/auth/identity";
import type { Database } from "@rhesis/db/database";

/** Stores a token with all that `owner` may do and returns its text. */
export async function createApiToken(database: Database, owner: Identity): Promise<string> {
  const { organization_id, user_id, permissions } = owner;
  if (organization_id === null) throw new Error("a token belongs to an organization");
  const { token, token_hash, hint } = makeToken();
  await database.write({ organization_id, user_id }, (tx) =>
    tx
      .insertInto("api_token")
      .values({ user_id, name: "test", token_hash, hint, scopes: [...permissions] })
      .execute(),
  );
  return token;
}
