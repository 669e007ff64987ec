import { Redis } from "ioredis";
import { createQueue } from "@rhesis/jobs/queue";
import { afterEach, describe, expect, test, vi } from "vitest";
import { canStartRedis, canUseRedis, openRedisPlace, startRedis } from "./redis.ts";

const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };
const offer = { organization_id: "o", job_id: "j", name: "execute_test_run", offer: 1, previous_offer: null };

afterEach(() => vi.unstubAllEnvs());

test("an address is enough, also without a server of one's own", () => {
  vi.stubEnv("RHESIS_REQUIRE_ALL", "");
  vi.stubEnv("PATH", "");
  vi.stubEnv("REDIS_URL", "");
  expect([canUseRedis(), canStartRedis()]).toEqual([false, false]);
  vi.stubEnv("REDIS_URL", "redis://127.0.0.1:6379");
  expect([canUseRedis(), canStartRedis()]).toEqual([true, false]);
});

describe.runIf(canStartRedis())("in a Redis that others use", () => {
  test("a place is the one that REDIS_URL names, and nothing else there is touched", async () => {
    const others = await startRedis();
    const client = new Redis(others.url);
    await client.mset({ "bull:rhesis:meta": "theirs", "rhesis-test": "theirs too" });
    vi.stubEnv("REDIS_URL", others.url);
    const place = await openRedisPlace();
    expect(place.url).toBe(others.url);
    const queue = createQueue({ redis_url: place.url, key_prefix: place.key_prefix }, silent);
    await vi.waitFor(() => queue.offer([offer]), { timeout: 5_000 });
    const keys = await client.keys("*");
    expect(keys.filter((key) => key.startsWith(`${place.key_prefix}:`)).length).toBeGreaterThan(0);
    expect(keys.filter((key) => !key.startsWith(place.key_prefix)).toSorted()).toEqual([
      "bull:rhesis:meta",
      "rhesis-test",
    ]);
    await queue.close();
    await place.close();
    expect((await client.keys("*")).toSorted()).toEqual(["bull:rhesis:meta", "rhesis-test"]);
    expect(await client.get("bull:rhesis:meta")).toBe("theirs");
    client.disconnect();
    await others.stop();
  });
});
