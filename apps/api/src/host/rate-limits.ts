/** How often one caller may call, and how often one address may fail to sign in. Shared through Redis where there is one. */
import { Redis } from "ioredis";
import { RateLimiterMemory, RateLimiterRedis, RateLimiterRes, type RateLimiterAbstract } from "rate-limiter-flexible";
import { ExpiringCache } from "@rhesis/auth/expiring-cache";
import { HttpProblem } from "./problem.ts";

type LimitName = "calls" | "sign_in";

export type RateLimitOptions = {
  /** Calls of one token or person, and of one address without either; 0 for no limit. */
  calls_per_minute: number;
  failed_sign_ins_per_minute: number;
  redis_url: string | undefined;
  onRefused: (limit: LimitName) => void;
};

export type RateLimits = {
  /** Counts `calls` of `caller`. Resolves to the headers that tell what is left. @throws HttpProblem 429 */
  count(caller: string, calls: number): Promise<Record<string, string>>;
  /** Counts a failed sign-in. @throws HttpProblem 429 where there were too many */
  countFailedSignIn(address: string): Promise<void>;
  /** @throws HttpProblem 429 while an address has to wait */
  requireMaySignIn(address: string): void;
  close(): Promise<void>;
};

const windowSeconds = 60;

/** While Redis is away, each process counts by itself. */
export function createRateLimits(options: RateLimitOptions): RateLimits {
  const { redis_url, calls_per_minute: most, failed_sign_ins_per_minute: mostFailed } = options;
  const redis = redis_url === undefined ? null : openRedis(redis_url);
  const calls = most === 0 ? null : createLimiter("calls", most, redis);
  const failures = mostFailed === 0 ? null : createLimiter("sign_in", mostFailed, redis);
  const waiting = new ExpiringCache<number>(10_000);
  const refuse = (limit: LimitName, ms: number, headers: Record<string, string>): HttpProblem => {
    options.onRefused(limit);
    return refusal(limit, ms, headers);
  };
  return {
    async count(caller, points) {
      if (calls === null) return {};
      const left = await consume(calls, caller, points);
      const headers = headersOf(left.state, most);
      if (!left.exceeded) return headers;
      throw refuse("calls", left.state.msBeforeNext, headers);
    },
    async countFailedSignIn(address) {
      if (failures === null) return;
      const left = await consume(failures, address, 1);
      if (!left.exceeded) return;
      const now = Date.now();
      waiting.set(address, now + left.state.msBeforeNext, now + left.state.msBeforeNext);
      throw refuse("sign_in", left.state.msBeforeNext, {});
    },
    requireMaySignIn(address) {
      const until = waiting.get(address, Date.now());
      if (until !== undefined) throw refuse("sign_in", until - Date.now(), {});
    },
    async close() {
      redis?.disconnect();
    },
  };
}

const refusals: Record<LimitName, string> = {
  calls: "You call more often than is allowed. Wait a little.",
  sign_in: "Too many sign-ins failed from your address. Wait a little.",
};

function refusal(limit: LimitName, ms: number, headers: Record<string, string>): HttpProblem {
  const seconds = String(Math.max(1, Math.ceil(ms / 1000)));
  return new HttpProblem(429, "limit_exceeded", refusals[limit], { headers: { ...headers, "retry-after": seconds } });
}

/** As draft-ietf-httpapi-ratelimit-headers has them. */
function headersOf(left: RateLimiterRes, most: number): Record<string, string> {
  return {
    "ratelimit-policy": `"calls";q=${most};w=${windowSeconds}`,
    ratelimit: `"calls";r=${left.remainingPoints};t=${Math.ceil(left.msBeforeNext / 1000)}`,
  };
}

async function consume(
  limiter: RateLimiterAbstract,
  key: string,
  points: number,
): Promise<{ exceeded: boolean; state: RateLimiterRes }> {
  try {
    return { exceeded: false, state: await limiter.consume(key, points) };
  } catch (refusal) {
    if (refusal instanceof RateLimiterRes) return { exceeded: true, state: refusal };
    throw refusal;
  }
}

function createLimiter(name: string, points: number, redis: Redis | null): RateLimiterAbstract {
  const memory = new RateLimiterMemory({ keyPrefix: name, points, duration: windowSeconds });
  if (redis === null) return memory;
  return new RateLimiterRedis({
    storeClient: redis,
    keyPrefix: `rhesis:limit:${name}`,
    points,
    duration: windowSeconds,
    // A caller over the limit is refused from memory, without asking Redis each time.
    inMemoryBlockOnConsumed: points + 1,
    insuranceLimiter: memory,
  });
}

function openRedis(url: string): Redis {
  const redis = new Redis(url, { enableOfflineQueue: false, maxRetriesPerRequest: 1, commandTimeout: 1_000 });
  // Without a listener the event would be printed; the memory limiter takes over meanwhile.
  redis.on("error", () => undefined);
  return redis;
}
