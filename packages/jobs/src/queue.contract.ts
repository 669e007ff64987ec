/** What a queue has to do, whichever broker is behind it. Each broker's test file runs all of it. */
import { randomUUID } from "node:crypto";
import { afterEach, expect, test, vi } from "vitest";
import type { JobLog } from "./job-log.ts";
import { createQueue, type Offer, type Queue, type QueueConfig, type QueueWorker } from "./queue.ts";

export const silent: JobLog = { info: () => undefined, warn: () => undefined, error: () => undefined };

export function offerOf(offer = 1, previous_offer: number | null = null, job_id: string = randomUUID()): Offer {
  return { organization_id: randomUUID(), job_id, name: "execute_test_run", offer, previous_offer };
}

function collect(): { seen: unknown[]; handler: (delivered: unknown) => Promise<void> } {
  const seen: unknown[] = [];
  return { seen, handler: async (delivered) => void seen.push(delivered) };
}

const until = (check: () => void): Promise<void> => vi.waitFor(check, { timeout: 5_000, interval: 10 });

/** @param config of the broker, asked for when a test begins */
export function queueContract(kind: Queue["kind"], config: () => QueueConfig): void {
  const open: { close(): Promise<unknown> }[] = [];
  const openQueue = (log = silent): Queue => {
    const queue = createQueue(config(), log);
    open.push(queue);
    return queue;
  };
  const work = async (queue: Queue, handler: (delivered: unknown) => Promise<void>, concurrency = 4) => {
    const worker: QueueWorker = await queue.work(handler, { concurrency });
    open.push({ close: () => worker.close(false) });
    return worker;
  };
  afterEach(async () => {
    for (const part of open.splice(0).toReversed()) await part.close();
  });

  test("says what it is and that it answers", async () => {
    const queue = openQueue();
    expect(queue.kind).toBe(kind);
    await vi.waitFor(async () => expect(await queue.health()).toBe(true), { timeout: 5_000 });
  });

  test("delivers each offer once, with ids only", async () => {
    const queue = openQueue();
    const { seen, handler } = collect();
    await work(queue, handler);
    const offers = [offerOf(), offerOf(), offerOf()];
    await queue.offer(offers);
    await until(() => expect(seen).toHaveLength(3));
    const ids = offers.map(({ organization_id, job_id }) => ({ organization_id, job_id }));
    expect(seen).toEqual(expect.arrayContaining(ids));
  });

  test("keeps offers until a worker is there", async () => {
    const queue = openQueue();
    const { seen, handler } = collect();
    await queue.offer([offerOf()]);
    await work(openQueue(), handler);
    await until(() => expect(seen).toHaveLength(1));
  });

  test("takes the same offer twice for one, and a later offer of the same job for another", async () => {
    const queue = openQueue();
    const { seen, handler } = collect();
    const first = offerOf(1);
    await queue.offer([first]);
    await queue.offer([first]);
    await work(queue, handler);
    await until(() => expect(seen).toHaveLength(1));
    await queue.offer([{ ...first, offer: 2, previous_offer: 1 }]);
    await until(() => expect(seen).toHaveLength(2));
  });

  test("drops an offer that waits when a later one takes its place", async () => {
    const queue = openQueue();
    const { seen, handler } = collect();
    const first = offerOf(1);
    await queue.offer([first]);
    await queue.offer([{ ...first, offer: 2, previous_offer: 1 }]);
    await queue.offer([{ ...first, offer: 3, previous_offer: 2 }]);
    const last = offerOf();
    await queue.offer([last]);
    await work(queue, handler, 1);
    await until(() => expect(seen).toContainEqual({ organization_id: last.organization_id, job_id: last.job_id }));
    expect(seen).toHaveLength(2);
  });

  test("delivers a later offer while an earlier one of the same job is still being handled", async () => {
    const queue = openQueue();
    const first = offerOf(1);
    let deliveries = 0;
    const held = Promise.withResolvers<void>();
    await work(queue, async () => {
      deliveries += 1;
      if (deliveries === 1) await held.promise;
    });
    await queue.offer([first]);
    await until(() => expect(deliveries).toBe(1));
    await queue.offer([{ ...first, offer: 2, previous_offer: 1 }]);
    await until(() => expect(deliveries).toBe(2));
    held.resolve();
  });

  test("handles no more at once than it was told to, and shares the work among workers", async () => {
    const queue = openQueue();
    let now = 0;
    let most = 0;
    let done = 0;
    const handler = async (): Promise<void> => {
      most = Math.max(most, ++now);
      await new Promise((resolve) => setTimeout(resolve, 5));
      now -= 1;
      done += 1;
    };
    await queue.offer(Array.from({ length: 20 }, () => offerOf()));
    await Promise.all([work(queue, handler, 2), work(openQueue(), handler, 2)]);
    await until(() => expect(done).toBe(20));
    expect(most).toBeLessThanOrEqual(4);
  });

  test("logs what a handler throws and goes on", async () => {
    const errors: object[] = [];
    const queue = openQueue({ ...silent, error: (fields) => void errors.push(fields) });
    let calls = 0;
    await work(queue, async () => {
      calls += 1;
      if (calls === 1) throw new Error("broken");
    });
    await queue.offer([offerOf()]);
    await until(() => expect(errors).toHaveLength(1));
    await queue.offer([offerOf()]);
    await until(() => expect(calls).toBe(2));
  });

  test("takes nothing new once paused", async () => {
    const queue = openQueue();
    const { seen, handler } = collect();
    const paused = await work(queue, handler);
    await paused.pause();
    await queue.offer([offerOf()]);
    const other = collect();
    await work(openQueue(), other.handler);
    await until(() => expect(other.seen).toHaveLength(1));
    expect(seen).toHaveLength(0);
  });

  test("wakes an idle worker fast", async () => {
    const queue = openQueue();
    let woken = 0;
    await work(queue, async () => void (woken = performance.now()));
    await queue.offer([offerOf()]);
    await until(() => expect(woken).not.toBe(0));
    const times: number[] = [];
    for (let round = 0; round < 5; round += 1) {
      woken = 0;
      const offered = performance.now();
      await queue.offer([offerOf()]);
      await vi.waitFor(() => expect(woken).not.toBe(0), { timeout: 2_000, interval: 1 });
      times.push(woken - offered);
    }
    expect(times.toSorted((a, b) => a - b)[2]).toBeLessThan(100);
  });
}
