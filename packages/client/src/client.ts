/** The typed client: every procedure of the contract, with dates as dates and live updates as subscriptions. */
import {
  createTRPCClient,
  httpBatchLink,
  httpLink,
  httpSubscriptionLink,
  splitLink,
  TRPCClientError,
  type TRPCClient,
  type TRPCLink,
} from "@trpc/client";
import type { EventSourceLike } from "@trpc/server/unstable-core-do-not-import";
import superjson from "superjson";
import type { AppRouter } from "@rhesis/router/root";

export type RhesisClientOptions = {
  /** Of the API, such as `https://api.example.com`. */
  url: string;
  /** An API token or access token that does not change while the client is used. */
  token?: string;
  /** Asked before each request, for tokens that are renewed. */
  getToken?: () => string | Promise<string>;
  /** Which organization, for people who belong to several; may be a function where it can change. */
  organization_id?: string | (() => string | undefined);
  /** For subscriptions where the platform has none of its own, as Node 24: that of undici, for example. */
  EventSource?: EventSourceLike.AnyConstructor;
};

export type RhesisClient = TRPCClient<AppRouter>;
export type RhesisClientError = TRPCClientError<AppRouter>;

/** Of the API: more calls in one request are refused. */
const mostCallsPerRequest = 20;

/** Calls made in the same tick travel together; one that may take long is sent with `context: { alone: true }`. */
export function createRhesisClient(options: RhesisClientOptions): RhesisClient {
  return createTRPCClient<AppRouter>({ links: rhesisLinks(options) });
}

/** The links alone, for other kinds of clients such as the one of TanStack Query. */
export function rhesisLinks(options: RhesisClientOptions): TRPCLink<AppRouter>[] {
  const url = `${options.url.replace(/\/+$/, "")}/trpc`;
  const calls = {
    url,
    transformer: superjson,
    headers: () => headersOf(options),
  };
  return [
    splitLink({
      condition: (operation) => operation.type === "subscription",
      true: httpSubscriptionLink({
        url,
        transformer: superjson,
        connectionParams: () => parametersOf(options),
        ...(options.EventSource === undefined ? {} : { EventSource: options.EventSource }),
      }),
      false: splitLink({
        condition: (operation) => operation.context["alone"] === true,
        true: httpLink(calls),
        false: httpBatchLink({ ...calls, maxItems: mostCallsPerRequest, maxURLLength: 8_000 }),
      }),
    }),
  ];
}

/** True for an error of the API; then `error.data?.error` has its code and problems, and `error.message` is for people. */
export function isRhesisError(error: unknown): error is RhesisClientError {
  return error instanceof TRPCClientError;
}

async function headersOf(options: RhesisClientOptions): Promise<Record<string, string>> {
  const { token, organization_id } = await parametersOf(options);
  return {
    ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    ...(organization_id === undefined ? {} : { "x-organization-id": organization_id }),
  };
}

/** An event source cannot send headers. */
async function parametersOf(options: RhesisClientOptions): Promise<{ token?: string; organization_id?: string }> {
  const token = options.token ?? (await options.getToken?.());
  const { organization_id: named } = options;
  const organization_id = typeof named === "function" ? named() : named;
  return {
    ...(token === undefined ? {} : { token }),
    ...(organization_id === undefined ? {} : { organization_id }),
  };
}
