/** The typed way to the server. `trpc.<resource>.<procedure>.queryOptions(...)` in components, `api` elsewhere. */
import { MutationCache, QueryCache, QueryClient } from "@tanstack/react-query";
import { createTRPCClient, type TRPCLink } from "@trpc/client";
import { createTRPCOptionsProxy } from "@trpc/tanstack-react-query";
import { rhesisLinks } from "@rhesis/client/client";
import type { AppRouter } from "@rhesis/router/root";
import { currentOrganization, currentToken } from "./caller.ts";
import { failureOf, isRefusal } from "./problems.ts";

/** Infinite queries of tRPC name a direction with each page; our lists go one way and accept only what they know. */
const withoutDirection: TRPCLink<AppRouter> =
  () =>
  ({ op, next }) => {
    const { input } = op;
    if (typeof input !== "object" || input === null || !("direction" in input)) return next(op);
    const { direction: _, ...rest } = input;
    return next({ ...op, input: rest });
  };

export const api = createTRPCClient<AppRouter>({
  links: [
    withoutDirection,
    ...rhesisLinks({
      url: window.location.origin,
      getToken: currentToken,
      organization_id: () => currentOrganization() ?? undefined,
    }),
  ],
});

/**
 * For calls that may take long (trying an endpoint, a metric, a model), as the options of a query or mutation: they
 * travel alone, so that nothing else waits for them.
 */
export const alone = { trpc: { context: { alone: true } } };

let onSessionEnd: () => void = () => undefined;

/** Called when the server no longer accepts the session. */
export function whenSessionEnds(listener: () => void): void {
  onSessionEnd = listener;
}

function noticeSessionEnd(error: unknown): void {
  if (failureOf(error).code === "unauthenticated") onSessionEnd();
}

export const queryClient = new QueryClient({
  queryCache: new QueryCache({ onError: noticeSessionEnd }),
  mutationCache: new MutationCache({ onError: noticeSessionEnd }),
  defaultOptions: {
    queries: {
      staleTime: 15_000,
      retry: (count, error) => count < 2 && !isRefusal(error),
      refetchOnWindowFocus: true,
    },
  },
});

export const trpc = createTRPCOptionsProxy<AppRouter>({ client: api, queryClient });
