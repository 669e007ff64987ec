const baseDelayMs = 1000;
const maxDelayMs = 30_000;
const maxRetryAfterMs = 120_000;

/** Whether a status says "later": 408, 425, 429 and everything from 500. */
export function isRetryableStatus(status: number): boolean {
  return status === 408 || status === 425 || status === 429 || status >= 500;
}

/**
 * Milliseconds to wait before the next attempt: a random part ("full jitter") of 1, 2, 4 … 30 seconds, or what the
 * target asked for plus up to a second, so that callers told the same moment do not come back together.
 * @param failures attempts made so far, from 1
 */
export function retryDelay(failures: number, retryAfterMs: number | null, random: () => number): number {
  if (retryAfterMs !== null) return retryAfterMs + Math.floor(random() * baseDelayMs);
  return Math.floor(random() * Math.min(maxDelayMs, baseDelayMs * 2 ** (failures - 1)));
}

/** Milliseconds a `Retry-After` header asks for (seconds or an HTTP date, RFC 9110 10.2.3), 120 s at most; null without a usable one. */
export function retryAfter(header: string | undefined, now: number): number | null {
  if (header === undefined) return null;
  const value = header.trim();
  const ms = /^\d+$/.test(value) ? Number(value) * 1000 : /[a-z]/i.test(value) ? Date.parse(value) - now : Number.NaN;
  return Number.isNaN(ms) ? null : Math.min(Math.max(ms, 0), maxRetryAfterMs);
}
