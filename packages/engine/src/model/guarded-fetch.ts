import { Agent, fetch as undiciFetch, type RequestInit } from "undici";
import { AddressRefusedError, guardedConnector } from "../target/address-gate.ts";
import type { AddressPolicy } from "../target/address-policy.ts";

export type GuardedFetch = typeof globalThis.fetch;

/** Largest reply of a provider, in bytes. */
const largestReply = 8_388_608;
/** Callers bound a whole call; this only keeps undici's own limits out of their way. */
const longestWaitMs = 600_000;
const agents = new WeakMap<AddressPolicy, Agent>();

/** Longest `Retry-After` that is waited for, in seconds; the AI SDK would try again too early where it is longer. */
const longestRetryAfter = 60;

/** The provider asks to wait for longer than a judgement can. */
export class RetryLaterError extends Error {}

/**
 * A `fetch` that connects only to addresses the policy allows (else `AddressRefusedError`). Redirects are not
 * followed: keys travel in headers of each provider's own, which would go with them.
 */
export function guardedFetch(policy: AddressPolicy): GuardedFetch {
  return async (input, init) => {
    const address = input instanceof Request ? input.url : input;
    // undici's fetch and Node's own copy of it have the same types under different names.
    const request = { ...init, redirect: "manual", dispatcher: agentFor(policy) } as RequestInit;
    const response = await undiciFetch(address, request).catch((error: unknown) => {
      throw addressRefusedIn(error) ?? error;
    });
    const wait = Number(response.headers.get("retry-after") ?? 0);
    if (response.status !== 429 || wait <= longestRetryAfter) return response;
    await response.body?.cancel();
    throw new RetryLaterError("Retry-After is too long");
  };
}

/** Thrown as it is, because what looks like a failed connection would be tried again. */
function addressRefusedIn(error: unknown): AddressRefusedError | null {
  for (let cause = error, depth = 0; cause instanceof Error && depth < 6; cause = cause.cause, depth += 1)
    if (cause instanceof AddressRefusedError) return cause;
  return null;
}

function agentFor(policy: AddressPolicy): Agent {
  const held = agents.get(policy);
  if (held !== undefined) return held;
  const agent = new Agent({
    connect: guardedConnector(policy),
    maxResponseSize: largestReply,
    headersTimeout: longestWaitMs,
    bodyTimeout: longestWaitMs,
  });
  agents.set(policy, agent);
  return agent;
}
