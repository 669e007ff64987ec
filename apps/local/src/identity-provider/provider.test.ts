import { createHash, randomBytes } from "node:crypto";
import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { request as httpRequest } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createRemoteJWKSet, decodeProtectedHeader, jwtVerify } from "jose";
import { Client } from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { nextFreePort } from "../free-port.ts";
import { listenLoopback, type LoopbackServer } from "../listen-loopback.ts";
import { type RunningPostgres, startPostgres } from "../postgres.ts";
import { readyAccounts } from "./accounts.ts";
import { openPostgresStore, type PostgresStore } from "./postgres-store.ts";
import { createIdentityProvider } from "./provider.ts";

const application = "http://localhost:5999";
const audience = "https://api.rhesis.local";
const clientId = "rhesis-web";
let folder: string;
let postgres: RunningPostgres;
let store: PostgresStore;
let server: LoopbackServer;
let origin: string;

async function serve(port: number): Promise<LoopbackServer> {
  store = await openPostgresStore(postgres.admin_url);
  const app = await createIdentityProvider({
    issuer: `http://localhost:${port}/`,
    audience,
    client_id: clientId,
    redirect_uris: [`${application}/callback`],
    logout_urls: [application],
    store,
    accounts: readyAccounts,
  });
  return listenLoopback(app, port);
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "rhesis-login-"));
  chmodSync(folder, 0o711);
  postgres = await startPostgres({ data_dir: join(folder, "pg"), log_file: join(folder, "pg.log"), durable: false });
  const port = await nextFreePort(0);
  server = await serve(port);
  origin = `http://localhost:${port}`;
});
afterAll(async () => {
  await server.close();
  await store.close();
  await postgres.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** A browser as far as the flow needs one: cookies with their paths, no automatic redirects. */
class Browser {
  readonly cookies = new Map<string, { value: string; path: string }>();

  async call(url: string, init: RequestInit = {}): Promise<Response> {
    const target = new URL(url, origin);
    const sent = [...this.cookies].filter(([, cookie]) => target.pathname.startsWith(cookie.path));
    const headers = new Headers(init.headers);
    headers.set("cookie", sent.map(([name, cookie]) => `${name}=${cookie.value}`).join("; "));
    const response = await fetch(target, { ...init, headers, redirect: "manual" });
    for (const line of response.headers.getSetCookie()) this.keep(line);
    return response;
  }

  keep(line: string): void {
    const [pair = "", ...attributes] = line.split(/;\s*/);
    const name = pair.slice(0, pair.indexOf("="));
    const value = pair.slice(pair.indexOf("=") + 1);
    const path = attributes.find((attribute) => /^path=/i.test(attribute))?.slice(5) ?? "/";
    const expires = attributes.find((attribute) => /^expires=/i.test(attribute))?.slice(8);
    if (value === "" || (expires !== undefined && new Date(expires) < new Date())) this.cookies.delete(name);
    else this.cookies.set(name, { value, path });
  }

  post(url: string, fields: Record<string, string>, headers: Record<string, string> = {}): Promise<Response> {
    return this.call(url, { method: "POST", body: new URLSearchParams(fields), headers });
  }
}

const locationOf = (response: Response): URL => new URL(response.headers.get("location") ?? "missing:", origin);

function authorizeUrl(extra: Record<string, string> = {}): { url: string; verifier: string } {
  const verifier = randomBytes(32).toString("base64url");
  const query = new URLSearchParams({
    client_id: clientId,
    redirect_uri: `${application}/callback`,
    response_type: "code",
    response_mode: "query",
    scope: "openid profile email offline_access",
    audience,
    state: "some-state",
    nonce: "some-nonce",
    auth0Client: "eyJ9",
    code_challenge_method: "S256",
    code_challenge: createHash("sha256").update(verifier).digest("base64url"),
    ...extra,
  });
  return { url: `/authorize?${query}`, verifier };
}

type Tokens = { access_token: string; refresh_token: string; id_token: string; error?: string };

/** From /authorize to the tokens; `submit` fills in the login page at the given path. */
async function signIn(
  browser: Browser,
  submit: (path: string) => Promise<Response>,
  extra: Record<string, string> = {},
): Promise<Tokens> {
  const { url, verifier } = authorizeUrl(extra);
  const toPage = await browser.call(url);
  expect(toPage.status).toBe(303);
  const submitted = await submit(locationOf(toPage).pathname);
  const resumed = await leaveFormer(browser, await browser.call(locationOf(submitted).href));
  return exchange(browser, locationOf(resumed), verifier);
}

/** Where somebody else was signed in, the provider sends a form that the browser submits by itself to end that first. */
async function leaveFormer(browser: Browser, response: Response): Promise<Response> {
  if (response.status !== 200) return response;
  const html = await response.text();
  const fields = [...html.matchAll(/name="(\w+)" value="([^"]*)"/g)].map(([, name, value]) => [name, value]);
  const left = await browser.post(/action="([^"]+)"/.exec(html)?.[1] ?? "", Object.fromEntries(fields));
  return browser.call(locationOf(left).href);
}

async function exchange(browser: Browser, callback: URL, verifier: string): Promise<Tokens> {
  expect(callback.origin).toBe(application);
  const response = await browser.post(
    "/oauth/token",
    {
      client_id: clientId,
      grant_type: "authorization_code",
      code: callback.searchParams.get("code") ?? "",
      code_verifier: verifier,
      redirect_uri: `${application}/callback`,
    },
    { origin: application },
  );
  expect(response.headers.get("access-control-allow-origin")).toBe(application);
  return (await response.json()) as Tokens;
}

async function refresh(browser: Browser, refresh_token: string): Promise<Tokens> {
  const fields = { client_id: clientId, grant_type: "refresh_token", refresh_token };
  return (await (await browser.post("/oauth/token", fields)).json()) as Tokens;
}

const as = (browser: Browser, sub: string) => (path: string) => browser.post(`${path}/account`, { account: sub });
const verify = (token: string) =>
  jwtVerify(token, createRemoteJWKSet(new URL("/.well-known/jwks.json", origin)), {
    issuer: `${origin}/`,
    audience,
    algorithms: ["RS256"],
  });

describe("the login page", () => {
  test("offers both people, the password and a new account, and lets nothing run or load", async () => {
    const browser = new Browser();
    const page = await browser.call(locationOf(await browser.call(authorizeUrl().url)).href);
    const html = await page.text();
    expect(html).toContain("Ada Lovelace — Northwind Insurance");
    expect(html).toContain("Grace Hopper — Contoso Bank");
    expect(html).toContain("<code>rhesis</code>");
    expect(html).not.toMatch(/<script|https?:\/\/|<details open/);
    expect(page.headers.get("content-security-policy")).toMatch(/default-src 'none'.*frame-ancestors 'none'/);
    expect(page.headers.get("content-security-policy")).toContain(`form-action 'self' ${application}`);
  });

  test("opens the new account at once for screen_hint=signup", async () => {
    const browser = new Browser();
    const start = await browser.call(authorizeUrl({ screen_hint: "signup" }).url);
    expect(await (await browser.call(locationOf(start).href)).text()).toContain("<details open");
  });

  test("does nothing for a browser without the cookie, nor for a form from another site", async () => {
    const browser = new Browser();
    const path = locationOf(await browser.call(authorizeUrl().url)).pathname;
    const stranger = await new Browser().post(`${path}/account`, { account: "local|ada" });
    expect([stranger.status, await stranger.text()]).toEqual([400, expect.stringContaining("Start again")]);
    const foreign = await browser.post(`${path}/account`, { account: "local|ada" }, { origin: "http://evil.example" });
    expect(foreign.status).toBe(403);
  });

  test("refuses a wrong password, an unknown account and a broken address, and keeps what was typed safely", async () => {
    const browser = new Browser();
    const path = locationOf(await browser.call(authorizeUrl().url)).pathname;
    const wrong = await browser.post(`${path}/password`, { email: '"><b>ada', password: "guess" });
    const html = await wrong.text();
    expect(wrong.status).toBe(422);
    expect(html).toContain("No account has this e-mail and password.");
    expect(html).toContain('value="&quot;&gt;&lt;b&gt;ada"');
    expect((await browser.post(`${path}/account`, { account: "local|nobody" })).status).toBe(400);
    const broken = await browser.post(`${path}/sign-up`, { name: "Alan", email: "alan" });
    expect(await broken.text()).toContain("Enter a full e-mail address");
    const taken = await browser.post(`${path}/sign-up`, { name: "Ada", email: "ADA@northwind.example" });
    expect(await taken.text()).toContain("has this e-mail address already");
  });

  test("answers only to its own name", async () => {
    const status = await new Promise<number>((resolve, reject) => {
      const call = httpRequest(`${origin}/healthz`, { headers: { host: "rebound.example" } }, (response) => {
        response.resume();
        resolve(response.statusCode ?? 0);
      });
      call.on("error", reject).end();
    });
    expect(status).toBe(403);
  });
});

describe("tokens", () => {
  test("of the authorization code flow carry the profile and pass the check of the API", async () => {
    const browser = new Browser();
    const tokens = await signIn(browser, as(browser, "local|ada"));
    const { payload } = await verify(tokens.access_token);
    const person = { email: "ada@northwind.example", email_verified: true, name: "Ada Lovelace" };
    expect(payload).toMatchObject({ sub: "local|ada", ...person });
    expect(decodeProtectedHeader(tokens.access_token)).toMatchObject({ alg: "RS256", typ: "at+jwt" });
    const id = await jwtVerify(tokens.id_token, createRemoteJWKSet(new URL("/.well-known/jwks.json", origin)), {
      issuer: `${origin}/`,
      audience: clientId,
    });
    expect(id.payload).toMatchObject({ sub: "local|ada", nonce: "some-nonce", ...person });
  });

  test("are given for e-mail and password, and to a new account with a stable subject", async () => {
    const grace = new Browser();
    const byPassword = await signIn(grace, (path) =>
      grace.post(`${path}/password`, { email: "Grace@Contoso.example", password: "rhesis" }),
    );
    expect((await verify(byPassword.access_token)).payload.sub).toBe("local|grace");

    const alan = new Browser();
    const fresh = await signIn(alan, (path) =>
      alan.post(`${path}/sign-up`, { name: "Alan Turing", email: "alan@example.org" }),
    );
    const { payload } = await verify(fresh.access_token);
    expect(payload).toMatchObject({ email: "alan@example.org", name: "Alan Turing" });
    const again = new Browser();
    const later = await signIn(again, as(again, payload.sub ?? ""));
    expect((await verify(later.access_token)).payload.sub).toBe(payload.sub);
  });

  test("are not given without the right code verifier, for another audience or another address", async () => {
    const browser = new Browser();
    const refused = await signIn(browser, as(browser, "local|ada")).then(async () => {
      const { url } = authorizeUrl();
      return exchange(browser, locationOf(await browser.call(url)), "x".repeat(43));
    });
    expect(refused.error).toBe("invalid_grant");
    const other = await browser.call(authorizeUrl({ audience: "https://other.example" }).url);
    expect(locationOf(other).searchParams.get("error")).toBe("invalid_target");
    const elsewhere = await browser.call(authorizeUrl({ redirect_uri: "http://evil.example/" }).url);
    expect(elsewhere.status).toBe(400);
    expect(await elsewhere.text()).toContain("Sign-in did not work");
  });

  test("rotate at a refresh; a refresh token used twice ends the whole sign-in", async () => {
    const browser = new Browser();
    const first = await signIn(browser, as(browser, "local|ada"));
    const second = await refresh(browser, first.refresh_token);
    expect((await verify(second.access_token)).payload).toMatchObject({ sub: "local|ada", name: "Ada Lovelace" });
    expect(second.refresh_token).not.toBe(first.refresh_token);
    expect((await refresh(browser, first.refresh_token)).error).toBe("invalid_grant");
    expect((await refresh(browser, second.refresh_token)).error).toBe("invalid_grant");
    const anew = await browser.call(authorizeUrl().url);
    expect(locationOf(anew).searchParams.get("code")).toBeTruthy();
  });
});

describe("the session", () => {
  test("signs in again silently, also in the hidden frame of auth0-spa-js, until signed out", async () => {
    const browser = new Browser();
    const tokens = await signIn(browser, as(browser, "local|ada"));
    const { url, verifier } = authorizeUrl();
    const silent = await exchange(browser, locationOf(await browser.call(url)), verifier);
    expect((await verify(silent.access_token)).payload.sub).toBe("local|ada");
    const hidden = { prompt: "none", response_mode: "web_message" };
    const frame = await browser.call(authorizeUrl(hidden).url);
    expect([frame.status, await frame.text()]).toEqual([200, expect.stringContaining("authorization_response")]);
    expect(frame.headers.get("x-frame-options")).toBeNull();

    const out = await browser.call(`/v2/logout?client_id=${clientId}&returnTo=${encodeURIComponent(application)}`);
    expect([out.status, locationOf(out).origin]).toEqual([302, application]);
    expect(await (await browser.call(authorizeUrl(hidden).url)).text()).toContain("login_required");
    expect((await refresh(browser, tokens.refresh_token)).error).toBe("invalid_grant");

    const other = await signIn(browser, as(browser, "local|grace"));
    expect((await verify(other.access_token)).payload).toMatchObject({ sub: "local|grace", name: "Grace Hopper" });
  });

  test("changes hands when another person signs in over it", async () => {
    const browser = new Browser();
    await signIn(browser, as(browser, "local|ada"));
    const other = await signIn(browser, as(browser, "local|grace"), { prompt: "login" });
    expect((await verify(other.access_token)).payload.sub).toBe("local|grace");
  });

  test("is not ended towards an address that is not ours", async () => {
    const browser = new Browser();
    await signIn(browser, as(browser, "local|ada"));
    const away = await browser.call(`/v2/logout?client_id=${clientId}&returnTo=https://evil.example`);
    expect(away.status).toBe(400);
    expect(locationOf(await browser.call(authorizeUrl().url)).searchParams.get("code")).toBeTruthy();
  });

  test("and its keys survive a restart, in a database of their own", async () => {
    const browser = new Browser();
    const tokens = await signIn(browser, as(browser, "local|ada"));
    await server.close();
    await store.close();
    server = await serve(Number(new URL(origin).port));
    expect((await verify(tokens.access_token)).payload.sub).toBe("local|ada");
    expect(locationOf(await browser.call(authorizeUrl().url)).searchParams.get("code")).toBeTruthy();
    expect((await refresh(browser, tokens.refresh_token)).access_token).toBeTruthy();
    const client = new Client({ connectionString: postgres.admin_url });
    await client.connect();
    const { rows } = await client.query("select to_regclass('identity_provider_item') as here");
    await client.end();
    expect(rows).toEqual([{ here: null }]);
  });
});
