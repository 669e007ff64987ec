/**
 * A real OpenID Connect provider for one computer, in place of Auth0: the same addresses, tokens and flows, so that
 * the applications know no other way to sign in. Serves the loopback interface only.
 */
import express, { type Express, type NextFunction, type Request, type Response } from "express";
import { type Configuration, errors, type KoaContextWithOIDC, Provider } from "oidc-provider";
import { type Account, type AccountBook, openAccountBook } from "./accounts.ts";
import { createAdapter } from "./adapter.ts";
import { loadSecrets, type ProviderSecrets } from "./keys.ts";
import { logoutRoute, sessionCookie } from "./logout-route.ts";
import { pageHeaders, problemPage, sendPage } from "./page.ts";
import { signInRoutes } from "./sign-in-routes.ts";
import type { KeyValueStore } from "./store.ts";

export type IdentityProviderOptions = {
  /** `http://localhost:<port>/`, with the slash: auth0-spa-js compares the issuer of the ID token with it. */
  issuer: string;
  /** Of the access tokens: our API. */
  audience: string;
  client_id: string;
  redirect_uris: string[];
  logout_urls: string[];
  store: KeyValueStore;
  accounts: readonly Account[];
};

const hour = 3600;
const day = 24 * hour;

/** The provider as an Express application for the port of its issuer. */
export async function createIdentityProvider(options: IdentityProviderOptions): Promise<Express> {
  const accounts = openAccountBook(options.store, options.accounts);
  const origins = [...new Set(options.redirect_uris.map((uri) => new URL(uri).origin))];
  const secrets = await loadSecrets(options.store);
  const provider = new Provider(options.issuer, configuration(options, accounts, secrets, origins));
  const app = express();
  app.disable("x-powered-by");
  app.use(loopbackOnly(new URL(options.issuer).port));
  app.get("/healthz", (_request, response) => void response.json({ status: "ok" }));
  app.use(logoutRoute({ provider, client_id: options.client_id, logout_urls: options.logout_urls }));
  const own_origin = new URL(options.issuer).origin;
  app.use(signInRoutes({ provider, accounts, own_origin, application_origins: origins }));
  const callback = provider.callback();
  app.use((request, response) => void callback(request, response));
  return app;
}

/** Refuses callers from elsewhere, and names a foreign page could have pointed at this address (DNS rebinding). */
function loopbackOnly(port: string) {
  const hosts = new Set([`localhost:${port}`, `127.0.0.1:${port}`, `[::1]:${port}`]);
  return (request: Request, response: Response, next: NextFunction): void => {
    const from = request.socket.remoteAddress ?? "";
    const isLocal = from === "::1" || from.startsWith("127.") || from.startsWith("::ffff:127.");
    if (isLocal && hosts.has(request.headers.host ?? "")) return next();
    sendPage(response, 403, problemPage("Not allowed", "This login serves its own computer only.", undefined), []);
  };
}

function configuration(
  options: IdentityProviderOptions,
  accounts: AccountBook,
  secrets: ProviderSecrets,
  origins: readonly string[],
): Configuration {
  return {
    adapter: (model) => createAdapter(options.store, model),
    clients: [client(options)],
    clientBasedCORS: (_ctx, origin) => origins.includes(origin),
    jwks: { keys: secrets.signing_keys },
    cookies: cookies(secrets),
    routes,
    ttl,
    scopes: ["openid", "profile", "email", "offline_access"],
    claims: { openid: ["sub"], email: ["email", "email_verified"], profile: ["name", "picture"] },
    extraParams: ["audience", "auth0Client", "organization", "screen_hint"],
    features: features(options),
    interactions: { url: (_ctx, interaction) => `/interaction/${interaction.uid}` },
    // auth0-spa-js reads the profile from the ID token and never asks /userinfo.
    conformIdTokenClaims: false,
    findAccount: async (_ctx, sub) => {
      const account = await accounts.find(sub);
      return account && { accountId: sub, claims: () => ({ sub, ...profile(account) }) };
    },
    extraTokenClaims: async (_ctx, token) => {
      const account = "accountId" in token ? await accounts.find(token.accountId) : undefined;
      return account && profile(account);
    },
    // The default wants a consent prompt before it gives a refresh token.
    issueRefreshToken: (_ctx, by) => Promise.resolve(by.grantTypeAllowed("refresh_token")),
    rotateRefreshToken: true,
    loadExistingGrant: (ctx) => firstPartyGrant(ctx, options.audience),
    renderError: (ctx, out) => renderError(ctx, out.error_description ?? out.error, origins[0]),
  };
}

/** Where Auth0 has them, which is where auth0-spa-js looks without asking. */
const routes = {
  authorization: "/authorize",
  token: "/oauth/token",
  jwks: "/.well-known/jwks.json",
  userinfo: "/userinfo",
  revocation: "/oauth/revoke",
  end_session: "/oidc/logout",
};

/** Seconds. */
const ttl = {
  AccessToken: hour,
  AuthorizationCode: 60,
  IdToken: hour,
  Interaction: hour,
  RefreshToken: 14 * day,
  Session: 14 * day,
  Grant: 14 * day,
};

function client(options: IdentityProviderOptions) {
  return {
    client_id: options.client_id,
    token_endpoint_auth_method: "none" as const,
    grant_types: ["authorization_code", "refresh_token"],
    response_types: ["code" as const],
    redirect_uris: options.redirect_uris,
    post_logout_redirect_uris: options.logout_urls,
    id_token_signed_response_alg: "RS256" as const,
  };
}

function cookies(secrets: ProviderSecrets): NonNullable<Configuration["cookies"]> {
  const safe = { httpOnly: true, sameSite: "lax", signed: true, overwrite: true } as const;
  return {
    keys: secrets.cookie_keys,
    names: { session: sessionCookie, interaction: "rhesis_login_step", resume: "rhesis_login_resume" },
    long: safe,
    short: safe,
  };
}

function features(options: IdentityProviderOptions): NonNullable<Configuration["features"]> {
  return {
    devInteractions: { enabled: false },
    revocation: { enabled: true },
    rpInitiatedLogout: { enabled: true },
    webMessageResponseMode: { enabled: true, ack: "individual-draft-01" },
    resourceIndicators: {
      enabled: true,
      // Auth0 names the API in `audience`, and only at /authorize.
      defaultResource: (ctx, _client, oneOf) =>
        oneOf ?? (ctx.oidc.params?.["audience"] as string | undefined) ?? options.audience,
      useGrantedResource: () => true,
      getResourceServerInfo: (_ctx, resource) => {
        if (resource !== options.audience) throw new errors.InvalidTarget("unknown audience");
        return {
          audience: options.audience,
          scope: "openid profile email offline_access",
          accessTokenTTL: hour,
          accessTokenFormat: "jwt",
          jwt: { sign: { alg: "RS256" } },
        };
      },
    },
  };
}

/** The application is ours, so nobody is asked whether it may know what it asks for. */
async function firstPartyGrant(ctx: KoaContextWithOIDC, audience: string) {
  const { client: by, session, params, provider } = ctx.oidc;
  if (by === undefined || session?.accountId === undefined) return undefined;
  const known = session.grantIdFor(by.clientId);
  const existing = known ? await provider.Grant.find(known) : undefined;
  const grant = existing ?? new provider.Grant({ clientId: by.clientId, accountId: session.accountId });
  const scope = typeof params?.["scope"] === "string" ? params["scope"] : "openid";
  grant.addOIDCScope(scope);
  grant.addResourceScope(audience, scope);
  await grant.save();
  return grant;
}

function profile({ email, name, picture }: Account) {
  return { email, email_verified: true, name, ...(picture === undefined ? {} : { picture }) };
}

function renderError(ctx: KoaContextWithOIDC, message: string, home: string | undefined): void {
  ctx.type = "html";
  ctx.set(pageHeaders([]));
  ctx.body = problemPage("Sign-in did not work", message, home);
}
