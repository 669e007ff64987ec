import { describe, expect, test } from "vitest";
import { BoundedCache } from "./bounded-cache.ts";

function filled(limit: number, evicted: number[] = []): BoundedCache<string, number> {
  const cache = new BoundedCache<string, number>(limit, (value) => evicted.push(value));
  for (let index = 0; index < limit; index += 1) cache.set(`k${index}`, index);
  return cache;
}

describe("BoundedCache", () => {
  test("forgets what was used longest ago and says so", () => {
    const evicted: number[] = [];
    const cache = filled(3, evicted);
    expect(cache.get("k0")).toBe(0);
    cache.set("k1", 11);
    cache.set("k3", 3);
    expect(evicted).toEqual([2]);
    expect([...cache.values()]).toEqual([0, 11, 3]);
  });

  test("makes a value once, and keeps nothing where making fails", () => {
    const cache = filled(2);
    expect(cache.getOrMake("k1", () => 9)).toBe(1);
    expect(() =>
      cache.getOrMake("new", () => {
        throw new Error("no");
      }),
    ).toThrow("no");
    expect([...cache.values()]).toEqual([0, 1]);
    expect(cache.getOrMake("new", (key) => key.length)).toBe(3);
    expect([...cache.values()]).toEqual([1, 3]);
  });

  test("deletes without evicting", () => {
    const evicted: number[] = [];
    const cache = filled(2, evicted);
    cache.delete("k0");
    cache.set("k2", 2);
    expect(cache.get("k0")).toBeUndefined();
    expect(evicted).toEqual([]);
  });
});
