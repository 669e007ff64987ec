import { createHash } from "node:crypto";
import type { Dispatcher } from "undici";
import { BoundedCache } from "../bounded-cache.ts";
import { type Failure, failure, transportFailure } from "./call-failure.ts";
import { parseCleanJson } from "./clean-json.ts";
import { exchange, type WireResponse } from "./exchange.ts";
import { readBody } from "./read-body.ts";
import { isRetryableStatus } from "./retry-policy.ts";
import type { Json, TargetAuth } from "./schema.ts";

export type ClientCredentials = Extract<TargetAuth, { type: "client_credentials" }>;
export type TokenResult = { token: string; failure: null } | { token: null; failure: Failure };

type Kept = { token: string; expires_at: number };
type Style = "basic" | "post";

const timeoutMs = 30_000;
const maxBytes = 65_536;
const defaultLifeSeconds = 3600;
const maxSkewSeconds = 60;
const sendableToken = /^[\u0021-\u007e]+$/;

/**
 * Access tokens of the OAuth2 client-credentials grant (RFC 6749 4.4), kept until shortly before they expire. Calls
 * that need the same token at the same time share one request for it.
 */
export class TokenStore {
  private readonly kept = new BoundedCache<string, Kept>(1000);
  private readonly underway = new Map<string, Promise<TokenResult>>();
  private readonly styles = new BoundedCache<string, Style>(1000);
  private readonly poolOf: (origin: string) => Dispatcher;
  private readonly clock: () => number;

  constructor(poolOf: (origin: string) => Dispatcher, clock: () => number) {
    this.poolOf = poolOf;
    this.clock = clock;
  }

  /** The token for these credentials; never throws. */
  get(auth: ClientCredentials, secret: string): TokenResult | Promise<TokenResult> {
    const key = keyOf(auth, secret);
    const kept = this.kept.get(key);
    if (kept !== undefined && kept.expires_at > this.clock()) return { token: kept.token, failure: null };
    const underway = this.underway.get(key);
    if (underway !== undefined) return underway;
    const request = this.fetch(key, auth, secret).finally(() => this.underway.delete(key));
    this.underway.set(key, request);
    return request;
  }

  /** Drops a token a target has refused, unless a newer one has taken its place already. */
  forget(auth: ClientCredentials, secret: string, token: string): void {
    const key = keyOf(auth, secret);
    if (this.kept.get(key)?.token === token) this.kept.delete(key);
  }

  private async fetch(key: string, auth: ClientCredentials, secret: string): Promise<TokenResult> {
    const style = this.styles.get(key) ?? "basic";
    let response: WireResponse;
    try {
      response = await this.ask(auth, secret, style);
      // Servers must take Basic (RFC 6749 2.3.1), yet some are set up for the body only.
      if (style === "basic" && (response.status === 400 || response.status === 401)) {
        response = await this.ask(auth, secret, "post");
        if (response.status === 200) this.styles.set(key, "post");
      }
      return await this.read(key, response);
    } catch (error) {
      const { error: reason, retry } = transportFailure(error, originOf(auth), timeoutMs);
      if (reason.code === "address_refused") return { token: null, failure: { error: reason, retry } };
      return refused(`No access token: ${reason.message}`, retry);
    }
  }

  private async ask(auth: ClientCredentials, secret: string, style: Style): Promise<WireResponse> {
    const url = new URL(auth.token_url);
    const form = new URLSearchParams({ grant_type: "client_credentials" });
    if (auth.scope !== undefined) form.set("scope", auth.scope);
    if (auth.audience !== undefined) form.set("audience", auth.audience);
    const headers: Record<string, string> = {
      accept: "application/json",
      "accept-encoding": "identity",
      "content-type": "application/x-www-form-urlencoded",
      "user-agent": "rhesis",
    };
    if (style === "basic") headers["authorization"] = `Basic ${basic(auth.client_id, secret)}`;
    else {
      form.set("client_id", auth.client_id);
      form.set("client_secret", secret);
    }
    const request = {
      origin: url.origin,
      path: url.pathname + url.search,
      method: "POST",
      headers,
      body: form.toString(),
    };
    const response = await exchange(this.poolOf(url.origin), request, {
      timeout_ms: timeoutMs,
      max_bytes: maxBytes,
      signal: undefined,
    });
    if (response.broken !== null) throw response.broken;
    return response;
  }

  private async read(key: string, response: WireResponse): Promise<TokenResult> {
    const { text } = await readBody(response, maxBytes);
    const body = parseCleanJson(text);
    const token = member(body, "access_token");
    if (response.status !== 200) return rejected(response.status, member(body, "error"));
    if (typeof token !== "string" || !sendableToken.test(token))
      return refused("The token address answered without an access token.", "no");
    const life = Number(member(body, "expires_in") ?? defaultLifeSeconds);
    const seconds = Number.isFinite(life) && life > 0 ? life : defaultLifeSeconds;
    const expires_at = this.clock() + 1000 * (seconds - Math.min(maxSkewSeconds, seconds / 10));
    this.kept.set(key, { token, expires_at });
    return { token, failure: null };
  }
}

function rejected(status: number, reason: Json | undefined): TokenResult {
  const named = typeof reason === "string" && /^[a-z_]{1,40}$/.test(reason) ? `, ${reason}` : "";
  const retry = isRetryableStatus(status) ? "yes" : "no";
  return refused(`The token address refused the client id and secret (status ${status}${named}).`, retry);
}

function refused(message: string, retry: Failure["retry"]): TokenResult {
  return { token: null, failure: failure("auth_failed", message, retry) };
}

function member(body: Json | undefined, name: string): Json | undefined {
  if (typeof body !== "object" || body === null || Array.isArray(body)) return undefined;
  return Object.hasOwn(body, name) ? body[name] : undefined;
}

function keyOf(auth: ClientCredentials, secret: string): string {
  const digest = createHash("sha256").update(secret).digest("base64");
  return JSON.stringify([auth.token_url, auth.client_id, digest, auth.scope, auth.audience]);
}

function originOf(auth: ClientCredentials): string {
  return URL.parse(auth.token_url)?.origin ?? "the token address";
}

/** RFC 6749 2.3.1: both parts are form-encoded before they are joined. */
function basic(id: string, secret: string): string {
  return Buffer.from(`${formEncoded(id)}:${formEncoded(secret)}`).toString("base64");
}

function formEncoded(text: string): string {
  return new URLSearchParams([["", text]]).toString().slice(1);
}
