/** What an attempt at a call needs, and what comes of it. */
import type { buildConnector, Dispatcher } from "undici";
import type { ConnectorPort } from "../connector/port.ts";
import type { Variables } from "../template/render.ts";
import type { Failure } from "./call-failure.ts";
import type { TokenStore } from "./oauth-token.ts";
import type { ReceivedResponse, SentRequest, TargetAnswer, TargetConfig } from "./schema.ts";

/** What one attempt needs of the client it is made by. */
export type CallContext = {
  config: TargetConfig;
  secret: string | null;
  variables: Variables;
  idempotencyKey: string | undefined;
  signal: AbortSignal | undefined;
  poolOf: (origin: string) => Dispatcher;
  /** How a connection is opened that no pool holds. */
  connect: buildConnector.connector;
  /** How functions of connected processes are reached; undefined where nothing is known of any. */
  connector: ConnectorPort | undefined;
  /** Aborted when the client closes. */
  closing: AbortSignal;
  tokens: TokenStore;
  clock: () => number;
  redactorOf: (secrets: string[]) => (text: string) => string;
};

export type AttemptResult = {
  answer: TargetAnswer | null;
  failure: Failure | null;
  request: SentRequest | null;
  response: ReceivedResponse | null;
  status: number | null;
  retry_after: number | null;
  refused_token: string | null;
  /** `performance.now()` when the first piece of a streamed answer, or the first byte of another, arrived. */
  first_byte_at: number | null;
  /** Pieces of a streamed answer that came; null for another. */
  event_count: number | null;
};

/** How one exchange is shown: with what hidden, and whose token it used. */
export type Shown = { request: SentRequest; redact: (text: string) => string; accessToken: string | null };

export const nothing: AttemptResult = {
  answer: null,
  failure: null,
  request: null,
  response: null,
  status: null,
  retry_after: null,
  refused_token: null,
  first_byte_at: null,
  event_count: null,
};
