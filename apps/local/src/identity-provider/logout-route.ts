/** `/v2/logout` as auth0-spa-js calls it: ends the session and its tokens, then goes back to the application. */
import express, { type Request, type Response, type Router } from "express";
import type { Provider } from "oidc-provider";
import { problemPage, sendPage } from "./page.ts";

export type LogoutOptions = { provider: Provider; client_id: string; logout_urls: readonly string[] };

export function logoutRoute(options: LogoutOptions): Router {
  const router = express.Router();
  router.get("/v2/logout", (request, response) => logOut(options, request, response));
  return router;
}

async function logOut(options: LogoutOptions, request: Request, response: Response): Promise<void> {
  const target = allowedTarget(options, request);
  if (target === null) {
    const text = "The address to return to after signing out is not one of this application's.";
    sendPage(response, 400, problemPage("Not signed out", text, options.logout_urls[0]), []);
    return;
  }
  await endSession(options.provider, request, response);
  response.set("cache-control", "no-store").redirect(302, target);
}

/** Where to go afterwards; null for an address that is not allowed, which would make this an open redirect. */
function allowedTarget({ client_id, logout_urls }: LogoutOptions, request: Request): string | null {
  const { returnTo, client_id: caller } = request.query;
  if (caller !== undefined && caller !== client_id) return null;
  if (returnTo === undefined) return logout_urls[0] ?? null;
  return logout_urls.find((url) => typeof returnTo === "string" && sameAddress(url, returnTo)) ?? null;
}

function sameAddress(allowed: string, wanted: string): boolean {
  return URL.parse(wanted)?.href === new URL(allowed).href;
}

async function endSession(provider: Provider, request: Request, response: Response): Promise<void> {
  const context = provider.createContext(request, response);
  const session = await provider.Session.get(context);
  const grants = Object.values(session.authorizations ?? {}).flatMap(({ grantId }) => grantId ?? []);
  for (const grantId of grants) {
    await provider.RefreshToken.revokeByGrantId(grantId);
    await provider.AuthorizationCode.revokeByGrantId(grantId);
    const grant = await provider.Grant.find(grantId);
    await grant?.destroy();
  }
  if (session.accountId !== undefined) await session.destroy();
  for (const name of [sessionCookie, `${sessionCookie}.sig`, `${sessionCookie}.legacy`]) response.clearCookie(name);
}

/** Cookies of localhost are shared by all its ports, so the name has to be our own. */
export const sessionCookie = "rhesis_login_session";
