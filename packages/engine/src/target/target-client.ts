import { setTimeout as sleepFor } from "node:timers/promises";
import { Pool } from "undici";
import { BoundedCache } from "../bounded-cache.ts";
import type { ConnectorPort } from "../connector/port.ts";
import { guardedConnector, type ResolveAll } from "./address-gate.ts";
import type { AddressPolicy } from "./address-policy.ts";
import { failure } from "./call-failure.ts";
import type { CallPace, PacedAttempt } from "./call-pace.ts";
import { type RequestVariables, requestVariables } from "./map-request.ts";
import { TokenStore } from "./oauth-token.ts";
import { redactor } from "./redact.ts";
import { retryDelay } from "./retry-policy.ts";
import type { TargetAttempt, TargetConfig, TargetError, TargetOutcome } from "./schema.ts";
import type { AttemptResult, CallContext } from "./attempt.ts";
import { attempt } from "./target-call.ts";

export type CallOptions = {
  signal?: AbortSignal;
  /** Sent as `Idempotency-Key` with every attempt. */
  idempotency_key?: string;
  /** Told the number of an attempt, from 1 and counting prior ones, before it is made. */
  on_attempt?: (n: number) => void;
  /** Attempts made before by a process that did not live to report them. */
  prior_attempts?: number;
  /** When each attempt may begin; told what it came to. */
  pace?: CallPace;
  /** How functions of connected processes are reached, on behalf of whoever calls. */
  connector?: ConnectorPort;
  /** Instead of the target's own number; prior attempts count towards it. */
  max_attempts?: number;
};

export type TargetClient = {
  /**
   * Calls a target until it answers or its attempts are used up. Never throws for what a target, its configuration or
   * its network does: that is the outcome's error. `latency_ms` is what the last attempt took, without waiting.
   */
  call(
    config: TargetConfig,
    secret: string | null,
    variables: RequestVariables,
    options?: CallOptions,
  ): Promise<TargetOutcome>;
  /** Ends calls under way as cancelled and closes all connections. */
  close(): Promise<void>;
};

export type TargetClientOptions = {
  policy: AddressPolicy;
  /** Connections to one origin; calls beyond it queue, and queueing counts towards their timeout. Default 100. */
  connections?: number;
  /** Milliseconds since 1970. */
  clock?: () => number;
  random?: () => number;
  sleep?: (ms: number, signal?: AbortSignal) => Promise<void>;
  resolve?: ResolveAll;
};

type Tools = Pick<CallContext, "poolOf" | "connect" | "closing" | "tokens" | "clock" | "redactorOf"> & {
  random: () => number;
  sleep: (ms: number, signal?: AbortSignal) => Promise<void>;
};

const defaultConnections = 100;
const maxPools = 256;
const maxRedactors = 500;

/** A client for calling targets: one per process, shared by all its calls. */
export function createTargetClient(options: TargetClientOptions): TargetClient {
  const connect = guardedConnector(options.policy, options.resolve);
  const connections = options.connections ?? defaultConnections;
  const pools = new BoundedCache<string, Pool>(maxPools, (pool) => void pool.close());
  // Timeouts of undici's own are off: every exchange has one deadline over all its phases.
  const openPool = (origin: string): Pool =>
    new Pool(origin, { connections, connect, pipelining: 1, headersTimeout: 0, bodyTimeout: 0 });
  const poolOf = (origin: string): Pool => pools.getOrMake(origin, openPool);
  const clock = options.clock ?? Date.now;
  const closing = new AbortController();
  const tools: Tools = {
    poolOf,
    connect,
    closing: closing.signal,
    clock,
    tokens: new TokenStore(poolOf, clock),
    redactorOf: cachedRedactors(),
    random: options.random ?? Math.random,
    sleep: options.sleep ?? ((ms, signal) => sleepFor(ms, undefined, signal === undefined ? {} : { signal })),
  };
  return {
    call: (config, secret, variables, callOptions = {}) => callUntilDone(tools, config, secret, variables, callOptions),
    close: async () => {
      closing.abort();
      await Promise.all([...pools.values()].map((pool) => pool.destroy()));
    },
  };
}

function cachedRedactors(): CallContext["redactorOf"] {
  const redactors = new BoundedCache<string, (text: string) => string>(maxRedactors);
  return (secrets) => {
    const key = secrets.length === 1 ? (secrets[0] ?? "") : JSON.stringify(secrets);
    return redactors.getOrMake(key, () => redactor(secrets));
  };
}

function contextOf(
  tools: Tools,
  config: TargetConfig,
  secret: string | null,
  variables: RequestVariables,
  options: CallOptions,
): CallContext {
  return {
    config,
    secret,
    variables: requestVariables(variables),
    idempotencyKey: options.idempotency_key,
    signal: options.signal,
    connector: options.connector,
    poolOf: tools.poolOf,
    connect: tools.connect,
    closing: tools.closing,
    tokens: tools.tokens,
    clock: tools.clock,
    redactorOf: tools.redactorOf,
  };
}

async function callUntilDone(
  tools: Tools,
  config: TargetConfig,
  secret: string | null,
  variables: RequestVariables,
  options: CallOptions,
): Promise<TargetOutcome> {
  const { signal } = options;
  const context = contextOf(tools, config, secret, variables, options);
  const prior = options.prior_attempts ?? 0;
  const rounds = new Rounds(options.max_attempts ?? config.max_attempts, tools.random);
  if (prior >= rounds.allowed) return ended([], exhausted(prior));
  for (let number = prior + 1; ; number++) {
    if (signal?.aborted) return ended(rounds.attempts, cancelled, rounds.last);
    if (options.pace !== undefined && !(await options.pace.enter(signal)))
      return ended(rounds.attempts, cancelled, rounds.last);
    options.on_attempt?.(number);
    const startedAt = new Date(tools.clock()).toISOString();
    const started = performance.now();
    const result = await attempt(context);
    rounds.record(result, startedAt, started);
    options.pace?.report(pacedAttempt(result, started));
    if (result.refused_token !== null && secret !== null && config.auth.type === "client_credentials")
      tools.tokens.forget(config.auth, secret, result.refused_token);
    const wait = rounds.waitBeforeNext(result, number);
    if (wait === null) return ended(rounds.attempts, result.failure?.error ?? null, result);
    if (wait > 0 && !(await (options.pace?.wait(wait, signal) ?? pause(tools, wait, signal))))
      return ended(rounds.attempts, cancelled, result);
  }
}

function pacedAttempt(result: AttemptResult, began_at: number): PacedAttempt {
  const { status, failure: failed, retry_after: retry_after_ms } = result;
  const timed_out = failed?.error.code === "timeout";
  return { status, timed_out, retry_after_ms, began_at, duration_ms: performance.now() - began_at };
}

/** The attempts of one call and whether there will be another. */
class Rounds {
  readonly attempts: TargetAttempt[] = [];
  allowed: number;
  last: AttemptResult | undefined;
  private doubtful = 0;
  private refreshed = false;
  private waited = 0;
  private readonly random: () => number;

  constructor(allowed: number, random: () => number) {
    this.allowed = allowed;
    this.random = random;
  }

  /** @param started `performance.now()` at its start */
  record(result: AttemptResult, startedAt: string, started: number): void {
    const durationMs = performance.now() - started;
    this.last = result;
    const error_code = result.failure?.error.code ?? null;
    this.attempts.push({
      started_at: startedAt,
      duration_ms: durationMs,
      first_byte_ms: result.first_byte_at === null ? null : result.first_byte_at - started,
      event_count: result.event_count,
      status: result.status,
      error_code,
      waited_ms: this.waited,
    });
    this.waited = 0;
  }

  /** Milliseconds to wait before the next attempt, or null when this was the last. */
  waitBeforeNext(result: AttemptResult, number: number): number | null {
    if (result.failure === null) return null;
    if (result.refused_token !== null && !this.refreshed) {
      // A token may be revoked before it expires; the attempt it cost does not count against the target.
      this.refreshed = true;
      this.allowed++;
      return 0;
    }
    const { retry } = result.failure;
    if (retry === "no" || number >= this.allowed || (retry === "once" && ++this.doubtful > 1)) return null;
    this.waited = retryDelay(this.attempts.length, result.retry_after, this.random);
    return this.waited;
  }
}

async function pause(tools: Tools, ms: number, signal: AbortSignal | undefined): Promise<boolean> {
  try {
    await tools.sleep(ms, signal);
  } catch {
    return false;
  }
  return signal?.aborted !== true;
}

const cancelled: TargetError = failure("cancelled", "The call was cancelled.", "no").error;

function exhausted(prior: number): TargetError {
  const times = prior === 1 ? "once" : `${prior} times`;
  return {
    code: "attempts_exhausted",
    message: `The call was begun ${times} and never came to an end; it is not tried again.`,
  };
}

function ended(attempts: TargetAttempt[], error: TargetError | null, last?: AttemptResult): TargetOutcome {
  return {
    answer: error === null ? (last?.answer ?? null) : null,
    error,
    request: last?.request ?? null,
    response: last?.response ?? null,
    attempts,
    latency_ms: attempts.at(-1)?.duration_ms ?? 0,
    first_byte_ms: attempts.at(-1)?.first_byte_ms ?? null,
  };
}
