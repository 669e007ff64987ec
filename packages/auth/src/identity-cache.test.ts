import { expect, test } from "vitest";
import { createIdentityCache } from "./identity-cache.ts";

function setUp(options: { limit?: number; ttl_ms?: number } = {}) {
  let at = 0;
  const cache = createIdentityCache<{ user_id: string; role: string }>({ ...options, now: () => at });
  let loads = 0;
  const ask = (key: string, role = "owner", user_id = key) =>
    cache.get(key, async () => {
      loads += 1;
      return { user_id, role };
    });
  return { cache, ask, loads: () => loads, pass: (ms: number) => void (at += ms) };
}

test("loads once within half a minute, however many ask and however long was asked for", async () => {
  const { ask, loads, pass } = setUp({ ttl_ms: 3_600_000 });
  await Promise.all([ask("a"), ask("a"), ask("a")]);
  pass(29_999);
  await ask("a");
  expect(loads()).toBe(1);
  pass(1);
  await ask("a");
  expect(loads()).toBe(2);
});

test("forgets a person, or everybody", async () => {
  const { cache, ask, loads } = setUp();
  await Promise.all([ask("a", "owner", "u1"), ask("b", "owner", "u1"), ask("c", "owner", "u2")]);
  cache.invalidate("u1");
  expect([cache.peek("a"), cache.peek("b")]).toEqual([undefined, undefined]);
  expect(cache.peek("c")).toBeDefined();
  cache.invalidate("*");
  await ask("c");
  expect(loads()).toBe(4);
});

test("what was being read while it changed is not remembered, and not shared with those who come after", async () => {
  const { cache } = setUp();
  const { promise: role, resolve: finish } = Promise.withResolvers<string>();
  const slow = cache.get("a", async () => ({ user_id: "u1", role: await role }));
  cache.invalidate("u1");
  const after = cache.get("a", async () => ({ user_id: "u1", role: "viewer" }));
  await expect(after).resolves.toMatchObject({ role: "viewer" });
  finish("owner");
  await slow;
  expect(cache.peek("a")).toMatchObject({ role: "viewer" });
});

test("nobody and failures are not remembered", async () => {
  const { cache, ask, loads } = setUp();
  await expect(cache.get("a", async () => null)).resolves.toBeNull();
  await expect(cache.get("a", () => Promise.reject(new Error("down")))).rejects.toThrow("down");
  await ask("a");
  expect(loads()).toBe(1);
});

test("holds so many and no more, the least used leaves", async () => {
  const { cache, ask } = setUp({ limit: 2 });
  await ask("a");
  await ask("b");
  await ask("a");
  await ask("c");
  expect(["a", "b", "c"].map((key) => cache.peek(key) !== undefined)).toEqual([true, false, true]);
});
