/** The secrets of the identity provider: made once, kept in the store, so that a restart signs nobody out. */
import { randomBytes } from "node:crypto";
import { calculateJwkThumbprint, exportJWK, generateKeyPair, type JWK } from "jose";
import { z } from "zod";
import type { KeyValueStore } from "./store.ts";

const secrets = z.object({
  signing_keys: z.array(z.looseObject({ kty: z.literal("RSA"), kid: z.string(), n: z.string(), e: z.string() })),
  cookie_keys: z.array(z.string()),
});

export type ProviderSecrets = { signing_keys: (JWK & { kty: string; kid: string })[]; cookie_keys: string[] };

/** Reads the RS256 signing keys and the cookie keys, making them at the first call. */
export async function loadSecrets(store: KeyValueStore): Promise<ProviderSecrets> {
  const known = secrets.safeParse(await store.get("secrets"));
  if (known.success) return known.data;
  const { privateKey } = await generateKeyPair("RS256", { extractable: true });
  const jwk = await exportJWK(privateKey);
  const kid = await calculateJwkThumbprint(jwk);
  const made = {
    signing_keys: [{ ...jwk, kty: "RSA", kid, alg: "RS256", use: "sig" }],
    cookie_keys: [randomBytes(32).toString("base64url")],
  };
  await store.set("secrets", made);
  return made;
}
