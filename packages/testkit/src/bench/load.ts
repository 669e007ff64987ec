/** The same load for every server: a fixed number of callers, each asking again as soon as it was answered. */
import { Pool } from "undici";
import { perSecond } from "./rounds.ts";

export type Ask = { path: string; headers: Record<string, string> };

/** As many connections as there are callers, one request at a time on each. */
export function openLoad(url: string, callers: number): Pool {
  return new Pool(url, { connections: callers, pipelining: 1 });
}

/** The body of one answer. */
export async function textOf(pool: Pool, ask: Ask): Promise<string> {
  const { body } = await pool.request({ method: "GET", ...ask });
  return body.text();
}

/** Answers per second over `ms` milliseconds. @throws where a server answers anything but 200 */
export function requestsPerSecond(pool: Pool, ms: number, callers: number, next: () => Ask): Promise<number> {
  return perSecond(ms, callers, async () => {
    const { statusCode, body } = await pool.request({ method: "GET", ...next() });
    if (statusCode !== 200) throw new Error(`answered ${statusCode}: ${(await body.text()).slice(0, 500)}`);
    await body.dump({ limit: 10_000_000 });
  });
}
