/** Name and e-mail of a person whose access token does not carry them: asked from the login provider, once. */
import { ExpiringCache } from "@rhesis/auth/expiring-cache";
import { profileOf, type Claims } from "@rhesis/auth/token-verifier";
import type { Logger } from "@rhesis/telemetry/logger";

export type Profiles = { complete(claims: Claims, token: string): Promise<Claims> };

const rememberMs = 12 * 60 * 60_000;
const tryAgainMs = 60_000;
const timeoutMs = 3_000;
const largest = 100_000;

/** A provider that does not answer delays a first sign-in by three seconds and does not prevent it. */
export function createProfiles(userinfo_url: string, logger: Logger): Profiles {
  const known = new ExpiringCache<Partial<Claims>>(10_000);
  return {
    async complete(claims, token) {
      if (claims.email !== null) return claims;
      const remembered = known.get(claims.subject, Date.now());
      if (remembered !== undefined) return { ...claims, ...remembered };
      const profile = await fetchProfile(userinfo_url, token, claims.subject).catch((err: unknown) => {
        logger.warn({ err }, "the login provider did not tell a profile");
        return null;
      });
      known.set(claims.subject, profile ?? {}, Date.now() + (profile === null ? tryAgainMs : rememberMs));
      return { ...claims, ...profile };
    },
  };
}

async function fetchProfile(url: string, token: string, subject: string): Promise<Partial<Claims> | null> {
  const response = await fetch(url, {
    headers: { authorization: `Bearer ${token}`, accept: "application/json" },
    signal: AbortSignal.timeout(timeoutMs),
    redirect: "error",
  });
  if (!response.ok) throw new Error(`userinfo answered ${response.status}`);
  const text = await response.text();
  if (text.length > largest) throw new Error("userinfo is too large");
  const body: unknown = JSON.parse(text);
  if (typeof body !== "object" || body === null) return null;
  const claim = (name: string): unknown => Reflect.get(body, name);
  // OpenID Connect Core 5.3.2: an answer about somebody else must not be used.
  return claim("sub") === subject ? profileOf(claim) : null;
}
