/** Signing in and out: OpenID Connect with the configured provider, through Auth0's library, which is loaded on demand. */
import type { Auth0Client } from "@auth0/auth0-spa-js";
import type { AppConfig } from "./app-config.ts";

export type Login = {
  signIn(): Promise<void>;
  signOut(): Promise<void>;
  /** A valid access token, renewed where it has to be. */
  accessToken(): Promise<string>;
};

export type StartOfSession =
  | { state: "signed_in"; login: Login }
  | { state: "signed_out"; login: Login }
  | { state: "refused"; login: Login; message: string }
  | { state: "unreachable"; issuer: string };

const callbackPath = "/callback";
/** Answers of the provider that only mean that nobody is signed in. */
const nobody = new Set(["login_required", "missing_refresh_token", "invalid_grant", "consent_required"]);

function currentPlace(): string {
  const { pathname, search, hash } = window.location;
  return pathname === callbackPath ? "/" : pathname + search + hash;
}

/** Restores the session, finishes a sign-in that is coming back, or says that nobody is signed in. */
export async function startSession(config: AppConfig): Promise<StartOfSession> {
  const client = await openClient(config);
  const login: Login = {
    signIn: async () => {
      await requireReachable(config.issuer);
      await client.loginWithRedirect({ appState: { return_to: currentPlace() } });
    },
    signOut: () => client.logout({ logoutParams: { returnTo: window.location.origin } }),
    accessToken: async () => (await client.getTokenSilently()) ?? "",
  };
  try {
    if (window.location.pathname === callbackPath) await finishSignIn(client);
    await client.getTokenSilently();
    return { state: "signed_in", login };
  } catch (error) {
    const { code, message } = problemOf(error);
    if (nobody.has(code)) return { state: "signed_out", login };
    if (code === "") return { state: "unreachable", issuer: config.issuer };
    return { state: "refused", login, message };
  }
}

/** Before the page is left for one that may not come. The answer itself is of no interest. */
async function requireReachable(issuer: string): Promise<void> {
  try {
    await fetch(new URL(".well-known/openid-configuration", issuer), {
      mode: "no-cors",
      signal: AbortSignal.timeout(10_000),
    });
  } catch {
    throw new Error(`Signing in goes through ${issuer}, which does not answer. Try again in a moment.`);
  }
}

async function openClient(config: AppConfig): Promise<Auth0Client> {
  const { Auth0Client } = await import("@auth0/auth0-spa-js");
  const inBrowser = config.cache === "localstorage";
  return new Auth0Client({
    domain: config.issuer.replace(/\/$/, ""),
    clientId: config.client_id,
    cacheLocation: config.cache,
    useRefreshTokens: true,
    // With the session in memory, a reload asks the provider through a hidden frame.
    useRefreshTokensFallback: !inBrowser,
    authorizeTimeoutInSeconds: 15,
    httpTimeoutInSeconds: 15,
    authorizationParams: {
      audience: config.audience,
      redirect_uri: window.location.origin + callbackPath,
      scope: "openid profile email",
    },
  });
}

async function finishSignIn(client: Auth0Client): Promise<void> {
  const params = new URLSearchParams(window.location.search);
  const comesBack = params.has("state") && (params.has("code") || params.has("error"));
  let target = "/";
  try {
    if (comesBack) {
      const { appState } = await client.handleRedirectCallback<{ return_to?: string }>();
      target = appState?.return_to ?? "/";
    }
  } finally {
    // The address holds a code that is spent: a reload must not present it again.
    window.history.replaceState(null, "", target);
  }
}

function problemOf(error: unknown): { code: string; message: string } {
  if (!(error instanceof Error)) return { code: "unknown", message: "Signing in did not work." };
  const code = "error" in error && typeof error.error === "string" ? error.error : "";
  // The library reports a request that got no answer as a plain error or as a timeout.
  return { code: code === "timeout" || code === "request_error" ? "" : code, message: error.message };
}
