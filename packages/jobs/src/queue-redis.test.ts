import {
  canStartRedis,
  canUseRedis,
  openRedisPlace,
  startRedis,
  type RedisPlace,
  type TestRedis,
} from "@rhesis/testkit/redis";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { queueContract, offerOf, silent } from "./queue.contract.ts";
import { createQueue } from "./queue.ts";

describe.runIf(canUseRedis())("on Redis", () => {
  let place: RedisPlace | undefined;
  beforeAll(async () => {
    place = await openRedisPlace();
  });
  afterAll(async () => {
    await place?.close();
  });

  queueContract("redis", () => {
    if (place === undefined) throw new Error("the place in Redis is there before the first test");
    return { redis_url: place.url, key_prefix: place.key_prefix };
  });
});

describe.runIf(canStartRedis())("on a Redis that is killed and emptied", () => {
  let redis: TestRedis | undefined;
  const server = (): TestRedis => {
    if (redis === undefined) throw new Error("Redis starts before the first test");
    return redis;
  };
  beforeAll(async () => {
    redis = await startRedis();
  });
  afterAll(async () => {
    await redis?.stop();
  });

  test("refuses offers at once while Redis is away, and delivers again when it is back, empty", async () => {
    const queue = createQueue({ redis_url: server().url }, silent);
    let delivered = 0;
    const worker = await queue.work(async () => void (delivered += 1), { concurrency: 1 });
    await queue.offer([offerOf()]);
    await vi.waitFor(() => expect(delivered).toBe(1), { timeout: 5_000 });
    await server().kill();
    const asked = performance.now();
    await expect(queue.offer([offerOf()])).rejects.toThrow(/./);
    expect(performance.now() - asked).toBeLessThan(3_500);
    expect(await queue.health()).toBe(false);
    await server().restart();
    await vi.waitFor(() => queue.offer([offerOf()]), { timeout: 3_000, interval: 100 });
    await vi.waitFor(() => expect(delivered).toBeGreaterThanOrEqual(2), { timeout: 10_000 });
    await worker.close(false);
    await queue.close();
  });

  test("may be opened, and worked, before Redis is there", async () => {
    await server().kill();
    const queue = createQueue({ redis_url: server().url }, silent);
    let delivered = 0;
    const worker = await queue.work(async () => void (delivered += 1), { concurrency: 1 });
    await expect(queue.offer([offerOf()])).rejects.toThrow(/./);
    await server().restart();
    await vi.waitFor(() => queue.offer([offerOf()]), { timeout: 5_000, interval: 100 });
    await vi.waitFor(() => expect(delivered).toBeGreaterThanOrEqual(1), { timeout: 10_000 });
    await worker.close(false);
    await queue.close();
  });

  test("goes on after everything in Redis was deleted", async () => {
    const queue = createQueue({ redis_url: server().url }, silent);
    let delivered = 0;
    const worker = await queue.work(async () => void (delivered += 1), { concurrency: 1 });
    await queue.offer([offerOf()]);
    await vi.waitFor(() => expect(delivered).toBe(1), { timeout: 5_000 });
    await server().flushAll();
    // As the sweep does: what was handed over at the moment of the loss is offered again.
    const offerAgain = async () => {
      await queue.offer([offerOf()]);
      expect(delivered).toBeGreaterThanOrEqual(2);
    };
    await vi.waitFor(offerAgain, { timeout: 15_000, interval: 500 });
    await worker.close(false);
    await queue.close();
  });
});
