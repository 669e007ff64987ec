/** Access tokens of people: JWTs of the login provider, checked against its published keys. */
import { createHash } from "node:crypto";
import {
  createLocalJWKSet,
  createRemoteJWKSet,
  errors,
  jwtVerify,
  type CryptoKey,
  type JSONWebKeySet,
  type JWTPayload,
  type JWTVerifyGetKey,
} from "jose";
import { ExpiringCache } from "./expiring-cache.ts";

export type TokenVerifierOptions = {
  /** As in the tokens: Auth0's ends in a slash. */
  issuer: string;
  audience: string;
  /** Default: `.well-known/jwks.json` of the issuer. */
  jwks_url?: string;
  /** How long the provider may take to hand out its keys. */
  timeout_ms?: number;
  now?: () => number;
};

export type Claims = {
  issuer: string;
  subject: string;
  email: string | null;
  email_verified: boolean;
  name: string | null;
  picture: string | null;
};

/** `problem` is a sentence for the person who signs in. */
export type Verification = { claims: Claims } | { problem: string };

export type TokenVerifier = (token: string) => Promise<Verification>;

const algorithms = ["RS256", "ES256"];
const clockToleranceSeconds = 30;
const cacheMs = 60_000;
const longestToken = 16_000;
/** How long keys that were fetched once serve while the provider is away. */
const staleKeysMs = 60 * 60_000;
/** After the provider did not answer, it is not asked again for so long. */
const restMs = 2_000;

const problems = {
  malformed: "This is not a valid access token.",
  expired: "Your sign-in has expired. Sign in again.",
  not_yet: "This access token is not valid yet. Check the clocks.",
  issuer: "This access token comes from another login provider.",
  audience: "This access token was made for another application.",
  claims: "This access token lacks what is needed to know you.",
  algorithm: "This access token is signed in a way that is not accepted.",
  signature: "The signature of this access token is not right.",
  unknown_key: "This access token is signed with a key that the login provider does not publish.",
  unreachable: "The login provider cannot be reached to check your sign-in. Try again shortly.",
};

/** Verified tokens are remembered until they expire, a minute at most. Never rejects. */
export function createTokenVerifier(options: TokenVerifierOptions): TokenVerifier {
  const { now = Date.now } = options;
  const verified = new ExpiringCache<Claims>(10_000);
  const keys = createKeySource(options, now);
  return async (token) => {
    if (token.length > longestToken) return { problem: problems.malformed };
    const key = createHash("sha256").update(token).digest("base64");
    const known = verified.get(key, now());
    if (known !== undefined) return { claims: known };
    try {
      const { payload, protectedHeader } = await jwtVerify(token, keys, {
        issuer: options.issuer,
        audience: options.audience,
        algorithms,
        requiredClaims: ["exp", "iat", "sub"],
        clockTolerance: clockToleranceSeconds,
        currentDate: new Date(now()),
      });
      if (!isAccessTokenType(protectedHeader.typ)) return { problem: problems.malformed };
      if (typeof payload.sub !== "string" || payload.sub === "") return { problem: problems.claims };
      const claims = claimsOf(payload, options.issuer, payload.sub);
      verified.set(key, claims, Math.min((payload.exp ?? 0) * 1000, now() + cacheMs));
      return { claims };
    } catch (error) {
      return { problem: problemOf(error) };
    }
  };
}

type KeySource = (...args: Parameters<JWTVerifyGetKey>) => Promise<CryptoKey>;

/** Keys of the provider; the last ones known while it is away. */
function createKeySource(options: TokenVerifierOptions, now: () => number): KeySource {
  const url = new URL(options.jwks_url ?? ".well-known/jwks.json", options.issuer);
  const remote = createRemoteJWKSet(url, {
    timeoutDuration: options.timeout_ms ?? 5_000,
    cooldownDuration: 30_000,
    cacheMaxAge: 10 * 60_000,
  });
  let lastGood: { keys: KeySource; of: JSONWebKeySet | undefined; at: number } | undefined;
  let awayUntil = 0;
  const whileAway = (...args: Parameters<KeySource>): Promise<CryptoKey> => {
    if (lastGood !== undefined && now() - lastGood.at < staleKeysMs) return lastGood.keys(...args);
    throw new ProviderAway();
  };
  return async (...args) => {
    if (now() < awayUntil) return whileAway(...args);
    try {
      const key = await remote(...args);
      const current = remote.jwks();
      if (current !== undefined && lastGood?.of !== current) {
        lastGood = { keys: createLocalJWKSet(current), of: current, at: now() };
      }
      return key;
    } catch (error) {
      if (!isUnreachable(error)) throw error;
      awayUntil = now() + restMs;
      return whileAway(...args);
    }
  };
}

class ProviderAway extends Error {}

/** What jose throws when fetching keys failed, and not when a token is bad: a plain JOSEError, a timeout, a fetch error. */
function isUnreachable(error: unknown): boolean {
  if (error instanceof errors.JWKSTimeout || error instanceof errors.JWKSInvalid) return true;
  if (error instanceof errors.JOSEError) return error.code === "ERR_JOSE_GENERIC";
  return true;
}

function problemOf(error: unknown): string {
  if (error instanceof errors.JWTExpired) return problems.expired;
  if (error instanceof errors.JWTClaimValidationFailed) {
    if (error.claim === "iss") return problems.issuer;
    if (error.claim === "aud") return problems.audience;
    return error.claim === "nbf" ? problems.not_yet : problems.claims;
  }
  if (error instanceof errors.JOSEAlgNotAllowed) return problems.algorithm;
  if (error instanceof errors.JWSSignatureVerificationFailed) return problems.signature;
  if (error instanceof errors.JWKSNoMatchingKey) return problems.unknown_key;
  if (error instanceof ProviderAway) return problems.unreachable;
  return problems.malformed;
}

/** RFC 9068 names `at+jwt`; Auth0 says `JWT`. Other types are other things signed with the same keys. */
function isAccessTokenType(typ: string | undefined): boolean {
  return typ === undefined || /^(application\/)?(at\+)?jwt$/i.test(typ);
}

/** Auth0 puts claims of ours under a namespace, because it reserves the plain names. */
function claimsOf(payload: JWTPayload, issuer: string, subject: string): Claims {
  const claim = (name: string): unknown => payload[name] ?? payload[`https://rhesis.ai/${name}`];
  return { issuer, subject, ...profileOf(claim) };
}

/** The profile among claims; values of another type count as absent. */
export function profileOf(claim: (name: string) => unknown): Omit<Claims, "issuer" | "subject"> {
  const text = (name: string): string | null => {
    const value = claim(name);
    return typeof value === "string" && value !== "" ? value.slice(0, 500).replaceAll("\u0000", "") : null;
  };
  return {
    email: text("email"),
    email_verified: claim("email_verified") === true,
    name: text("name"),
    picture: text("picture"),
  };
}
