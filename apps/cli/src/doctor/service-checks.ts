/** Are the queue and the login provider there, and can stored secrets be opened? */
import { parseSecretKeys } from "@rhesis/auth/sealed-secret";
import type { Check } from "./check.ts";

/** @param probe asks the queue's broker for a sign of life */
export function queueCheck(broker: "Redis" | "PostgreSQL", probe: () => Promise<void>): Check {
  return {
    name: "queue reachable",
    run: async () => {
      try {
        await probe();
        return { ok: true, detail: `on ${broker}` };
      } catch (error) {
        const advice =
          broker === "Redis"
            ? "Start Redis, correct REDIS_URL, or leave REDIS_URL out to use PostgreSQL."
            : "Run: rhesis migrate";
        return { ok: false, detail: error instanceof Error ? error.message : "no answer", advice };
      }
    },
  };
}

/**
 * @param issuer address of the login provider
 * @param keys_url where it publishes its keys, if that is not below the issuer
 */
export function loginCheck(issuer: string, keys_url: string | undefined): Check {
  return {
    name: "login provider reachable",
    run: async () => {
      const url = keys_url ?? new URL(".well-known/jwks.json", issuer.endsWith("/") ? issuer : `${issuer}/`);
      const advice = "Correct AUTH0_DOMAIN, OIDC_ISSUER or OIDC_JWKS_URL, and let this machine reach it.";
      try {
        const response = await fetch(url, { signal: AbortSignal.timeout(5000) });
        const document: unknown = response.ok ? await response.json() : null;
        const keys = typeof document === "object" && document !== null && "keys" in document;
        return keys
          ? { ok: true, detail: issuer }
          : { ok: false, detail: `${issuer} publishes no keys to check sign-ins with`, advice };
      } catch {
        return { ok: false, detail: `${issuer} does not answer`, advice };
      }
    },
  };
}

/** @param text of RHESIS_SECRET_KEYS */
export function secretKeysCheck(text: string): Check {
  return {
    name: "secret keys usable",
    run: async () => {
      const { keys, current } = parseSecretKeys(text);
      return { ok: true, detail: `${Object.keys(keys).length} held, "${current}" seals` };
    },
  };
}
