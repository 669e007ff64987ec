/** Who is calling: a bearer token of the login provider or one of ours, and the organization the call is about. */
import { parseApiToken, tokenPrefix } from "@rhesis/auth/api-token";
import { ExpiringCache } from "@rhesis/auth/expiring-cache";
import { resolveFeatures, type Features } from "@rhesis/auth/features";
import type { Identity } from "@rhesis/auth/identity";
import { createIdentityCache } from "@rhesis/auth/identity-cache";
import { permissionsOf, type Role } from "@rhesis/auth/permissions";
import { createTokenVerifier, type Claims } from "@rhesis/auth/token-verifier";
import type { Database } from "@rhesis/db/database";
import { findToken, membershipsOf, signIn, touchToken } from "@rhesis/db/gates";
import type { Notifications } from "@rhesis/db/notifications";
import { notFound, type AppError } from "@rhesis/telemetry/app-error";
import type { Logger } from "@rhesis/telemetry/logger";
import { createProfiles } from "./profile.ts";

export type Caller = {
  identity: Identity | null;
  /** Why there is none, though something was sent. */
  identity_problem: string | null;
  features: Features;
  /** Why calls that need an organization are refused: the one asked for is not theirs. */
  refusal: AppError | null;
};

export type CallerSource = {
  /**
   * @param address counts failures, unless it is null: then somebody who was known is looked at again
   * @throws HttpProblem 429 after too many of them, AppError while the database is away
   */
  resolve(authorization: string | null, organization_id: string | null, address: string | null): Promise<Caller>;
  /** Calls `listener` when the rights of a person may have changed; null where it may be anybody's. Returns how to stop. */
  onChange(listener: (user_id: string | null) => void): () => void;
};

export type CallerSourceOptions = {
  database: Pick<Database, "pool">;
  notifications: Notifications;
  login: { issuer: string; audience: string; jwks_url?: string | undefined; userinfo_url?: string | undefined };
  /** Of this installation. */
  features: Readonly<Record<string, boolean>>;
  limits: { requireMaySignIn(address: string): void; countFailedSignIn(address: string): Promise<void> };
  logger: Logger;
};

type Place = { identity: Identity; features: Features };
type Person = { user_id: string; places: Place[]; outside: Place };
type Program = { user_id: string; place: Place; expires_at: Date | null; revoked: boolean };

/** Known callers cost no round trip: verified tokens and identities are remembered, as `identity` notifications allow. */
export function createCallerSource(options: CallerSourceOptions): CallerSource {
  const { notifications, limits } = options;
  const people = createIdentityCache<Person>();
  const programs = createIdentityCache<Program>();
  const listeners = new Set<(user_id: string | null) => void>();
  const invalidate = (user_id: string): void => {
    people.invalidate(user_id);
    programs.invalidate(user_id);
    for (const listener of listeners) listener(user_id === "*" ? null : user_id);
  };
  notifications.on("identity", invalidate);
  notifications.onReconnect(() => invalidate("*"));
  const person = personSource(options, people);
  const program = programSource(options, programs);
  const nobody: Caller = {
    identity: null,
    identity_problem: null,
    features: resolveFeatures(options.features, {}),
    refusal: null,
  };

  return {
    onChange(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    async resolve(authorization, organization_id, address) {
      if (authorization === null) return nobody;
      const token = /^bearer +(\S+) *$/i.exec(authorization)?.[1];
      let problem = "Send the token as: Authorization: Bearer <token>";
      if (token !== undefined) {
        const found = token.startsWith(tokenPrefix) ? program(token, address) : person(token, address);
        const places = await found;
        if (typeof places !== "string") return choosePlace(places, organization_id);
        problem = places;
      }
      if (address !== null) await limits.countFailedSignIn(address);
      return { ...nobody, identity_problem: problem };
    },
  };
}

type Places = { places: Place[]; outside: Place };

/** The organization asked for, else the first. One that is not theirs does not exist for them. */
function choosePlace({ places, outside }: Places, organization_id: string | null): Caller {
  const wanted = organization_id?.toLowerCase();
  const place = wanted === undefined ? places[0] : places.find(({ identity }) => identity.organization_id === wanted);
  const refusal = place === undefined && wanted !== undefined ? notFound("organization") : null;
  return { ...(place ?? outside), identity_problem: null, refusal };
}

/** Resolves to a sentence where the token is no good. */
type Source = (token: string, address: string | null) => Promise<Places | string>;

function personSource(options: CallerSourceOptions, cache: ReturnType<typeof createIdentityCache<Person>>): Source {
  const { pool } = options.database;
  const { issuer, audience, jwks_url, userinfo_url } = options.login;
  const verify = createTokenVerifier({ issuer, audience, ...(jwks_url === undefined ? {} : { jwks_url }) });
  const profiles = createProfiles(userinfo_url ?? new URL("userinfo", issuer).href, options.logger);
  const load = async (claims: Claims, token: string): Promise<Person> => {
    const user_id = await signIn(pool, await profiles.complete(claims, token));
    const memberships = await membershipsOf(pool, user_id);
    return {
      user_id,
      outside: placeOf(user_id, null, options.features),
      places: memberships.map((membership) => placeOf(user_id, membership, options.features)),
    };
  };
  return async (token) => {
    const outcome = await verify(token);
    if ("problem" in outcome) return outcome.problem;
    const { claims } = outcome;
    const known = await cache.get(`${claims.issuer} ${claims.subject}`, () => load(claims, token));
    return known ?? "This sign-in is not known.";
  };
}

function placeOf(
  user_id: string,
  membership: { organization_id: string; role: string; feature_overrides: Record<string, boolean> } | null,
  installation: Readonly<Record<string, boolean>>,
): Place {
  const role = membership === null ? null : (membership.role as Role);
  return {
    identity: {
      kind: "person",
      user_id,
      token_id: null,
      organization_id: membership?.organization_id ?? null,
      role,
      permissions: new Set(role === null ? [] : permissionsOf(role, null)),
      project_id: null,
    },
    features: resolveFeatures(installation, membership?.feature_overrides ?? {}),
  };
}

function programSource(options: CallerSourceOptions, cache: ReturnType<typeof createIdentityCache<Program>>): Source {
  const { pool } = options.database;
  const touched = new ExpiringCache<true>(10_000);
  const touch = (token_id: string): void => {
    const now = Date.now();
    if (touched.get(token_id, now) === true) return;
    touched.set(token_id, true, now + 60_000);
    touchToken(pool, token_id).catch((err: unknown) =>
      options.logger.warn({ err }, "the use of a token was not noted"),
    );
  };
  const load = async (hash: Buffer): Promise<Program | null> => {
    const row = await findToken(pool, hash);
    if (row === null) return null;
    const { token_id, project_id, scopes, expires_at } = row;
    const place = placeOf(row.user_id, row, options.features);
    const permissions = new Set(permissionsOf(row.role as Role, scopes));
    const identity: Identity = { ...place.identity, kind: "token", token_id, project_id, permissions };
    return { user_id: row.user_id, place: { ...place, identity }, expires_at, revoked: row.revoked_at !== null };
  };
  return async (token, address) => {
    const hash = parseApiToken(token);
    const unknown = "There is no such API token.";
    if (hash === null) return unknown;
    const key = hash.toString("base64");
    // Guessing must not become work for the database; callers that are known go on.
    if (address !== null && cache.peek(key) === undefined) options.limits.requireMaySignIn(address);
    const known = await cache.get(key, () => load(hash));
    if (known === null) return unknown;
    if (known.revoked) return "This API token was revoked.";
    if (known.expires_at !== null && known.expires_at.getTime() <= Date.now()) return "This API token has expired.";
    if (known.place.identity.token_id !== null) touch(known.place.identity.token_id);
    return { places: [known.place], outside: known.place };
  };
}
