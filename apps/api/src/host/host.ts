/** What every request handler has at hand, and the context it makes for procedures. */
import type { RequestContext, Platform } from "@rhesis/router/context";
import type { Logger } from "@rhesis/telemetry/logger";
import type { Metrics } from "@rhesis/telemetry/metrics";
import { addToContext } from "@rhesis/telemetry/request-context";
import type { Caller, CallerSource } from "../identity/caller.ts";
import { headerOf, type Exchange } from "./exchange.ts";
import { HttpProblem } from "./problem.ts";
import type { RateLimits } from "./rate-limits.ts";

export type Host = {
  platform: Platform;
  callers: CallerSource;
  limits: RateLimits;
  logger: Logger;
  metrics: Metrics;
};

export type Called = {
  context: RequestContext;
  caller: Caller;
  /** Of the rate limit, for the answer. */
  headers: Record<string, string>;
};

/**
 * Identifies the caller, counts their calls, and makes the context of the procedures.
 * @param sent where the request cannot have headers (event streams): its connection parameters
 * @throws HttpProblem 400, 429
 */
export async function contextOf(
  host: Host,
  exchange: Exchange,
  calls: number,
  sent: { authorization: string | null; organization_id: string | null } = headersOf(exchange),
): Promise<Called> {
  const { client_address, request_id, request } = exchange;
  const caller = await host.callers.resolve(sent.authorization, sent.organization_id, client_address);
  const { identity, identity_problem, features } = caller;
  if (identity !== null) {
    const { user_id, organization_id } = identity;
    addToContext(organization_id === null ? { user_id } : { user_id, organization_id });
  }
  const who = identity === null ? `address ${client_address}` : (identity.token_id ?? identity.user_id);
  const headers = await host.limits.count(who, calls);
  const idempotency_key = request.method === "POST" ? idempotencyKey(exchange) : null;
  const { platform } = host;
  return { caller, headers, context: { platform, identity, identity_problem, features, request_id, idempotency_key } };
}

function headersOf({ request }: Exchange): { authorization: string | null; organization_id: string | null } {
  return {
    authorization: headerOf(request, "authorization"),
    organization_id: headerOf(request, "x-organization-id"),
  };
}

function idempotencyKey({ request }: Exchange): string | null {
  const key = headerOf(request, "idempotency-key");
  if (key === null || /^[\x21-\x7e]{1,200}$/.test(key)) return key;
  throw new HttpProblem(400, "invalid", "The Idempotency-Key must be 1 to 200 visible ASCII characters.");
}
