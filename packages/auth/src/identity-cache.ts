/** What is known of callers, for at most half a minute, and forgotten when the database says that it changed. */
import { ExpiringCache } from "./expiring-cache.ts";

export type Known = { user_id: string };

export type IdentityCache<V extends Known> = {
  /**
   * The value under `key`, loaded where it is not known. Callers that ask at the same time share one load.
   * `load` returns null for nobody; that is not remembered.
   */
  get(key: string, load: () => Promise<V | null>): Promise<V | null>;
  /** The value under `key` if it is known now. */
  peek(key: string): V | undefined;
  /** Forgets one person's entries, or all with `*`: the payload of the `identity` channel. */
  invalidate(user_id: string): void;
};

export type IdentityCacheOptions = { limit?: number; ttl_ms?: number; now?: () => number };

const longestMs = 30_000;

/** @param options `ttl_ms` is cut to 30 s: a lost notification must not keep a revoked right alive longer */
export function createIdentityCache<V extends Known>(options: IdentityCacheOptions = {}): IdentityCache<V> {
  const { limit = 10_000, now = Date.now } = options;
  const ttl = Math.min(options.ttl_ms ?? longestMs, longestMs);
  const entries = new ExpiringCache<V>(limit);
  const loading = new Map<string, Promise<V | null>>();
  let generation = 0;

  const loadOnce = async (key: string, load: () => Promise<V | null>): Promise<V | null> => {
    const started = { generation, at: now() };
    const value = await load();
    // What was read before a change may be old: it serves the callers who waited, and nobody after them.
    if (value !== null && generation === started.generation) entries.set(key, value, started.at + ttl);
    return value;
  };

  return {
    peek: (key) => entries.get(key, now()),
    async get(key, load) {
      const known = entries.get(key, now());
      if (known !== undefined) return known;
      const underway = loading.get(key);
      if (underway !== undefined) return underway;
      const promise = loadOnce(key, load).finally(() => {
        if (loading.get(key) === promise) loading.delete(key);
      });
      loading.set(key, promise);
      return promise;
    },
    invalidate(user_id) {
      generation += 1;
      loading.clear();
      if (user_id === "*") entries.clear();
      else entries.forget((value) => value.user_id === user_id);
    },
  };
}
