import * as fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { TargetPace, type PacedAttempt } from "./call-pace.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const clock = () => Date.now();
const attempt = (changes: Partial<PacedAttempt> = {}): PacedAttempt => ({
  status: 200,
  timed_out: false,
  retry_after_ms: null,
  began_at: clock(),
  duration_ms: 10,
  ...changes,
});
/** When each of so many calls began, in milliseconds from now. */
async function begun(pace: TargetPace, calls: number): Promise<number[]> {
  const start = clock();
  const times: number[] = [];
  for (let call = 0; call < calls; call += 1) void pace.enter(undefined).then(() => times.push(clock() - start));
  await vi.runAllTimersAsync();
  return times;
}

describe("a hold", () => {
  test("lets nothing begin before its end, and everything after it", async () => {
    const pace = new TargetPace({ most: 10, clock });
    pace.report(attempt({ status: 429, retry_after_ms: 2_000 }));
    expect(pace.heldMs).toBe(2_000);
    const times = await begun(pace, 20);
    expect(times).toHaveLength(20);
    expect(Math.min(...times)).toBeGreaterThanOrEqual(2_000);
  });

  test("is never shortened, and those who wait see that it was made longer", async () => {
    const pace = new TargetPace({ most: 1, clock });
    pace.hold(3_000);
    pace.hold(500);
    const entering = begun(pace, 1);
    pace.hold(5_000);
    expect(await entering).toEqual([5_000]);
  });

  test("is told, so that others can keep to it", () => {
    const told: number[] = [];
    const pace = new TargetPace({ most: 1, clock, onHold: (ms) => told.push(ms) });
    pace.report(attempt({ status: 503, retry_after_ms: 750 }));
    expect(told).toEqual([750]);
  });

  test("ends for who is told to stop", async () => {
    const pace = new TargetPace({ most: 1, clock });
    pace.hold(60_000);
    const stop = new AbortController();
    const entering = pace.enter(stop.signal);
    stop.abort();
    expect(await entering).toBe(false);
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe("a stop", () => {
  test("ends every wait at once, and lets nothing begin any more", async () => {
    const pace = new TargetPace({ most: 1, clock });
    pace.hold(60_000);
    const waits = [pace.enter(undefined), pace.enter(undefined), pace.wait(60_000, undefined)];
    pace.stop();
    expect(await Promise.all(waits)).toEqual([false, false, false]);
    expect(await Promise.all([pace.enter(undefined), pace.wait(1, undefined)])).toEqual([false, false]);
    expect(vi.getTimerCount()).toBe(0);
  });

  test("a wait that is not stopped ends in its time, or with its call", async () => {
    const pace = new TargetPace({ most: 1, clock });
    const call = new AbortController();
    const waits = [pace.wait(500, undefined), pace.wait(500, call.signal)];
    call.abort();
    await vi.runAllTimersAsync();
    expect(await Promise.all(waits)).toEqual([true, false]);
  });
});

describe("a rate", () => {
  test("spreads calls evenly after a second's worth", async () => {
    const pace = new TargetPace({ most: 100, clock });
    pace.allowPerSecond(10);
    const times = await begun(pace, 40);
    expect(times.filter((time) => time === 0).length).toBeLessThanOrEqual(11);
    expect(Math.max(...times)).toBeGreaterThanOrEqual(2_900);
    expect(Math.max(...times)).toBeLessThanOrEqual(3_100);
  });

  test("in no window of time do more calls begin than the rate and one second's worth allow", async () => {
    const rates = fc.tuple(fc.integer({ min: 1, max: 200 }), fc.integer({ min: 1, max: 300 }));
    await fc.assert(
      fc.asyncProperty(rates, async ([perSecond, calls]) => {
        const pace = new TargetPace({ most: 1_000, clock });
        pace.allowPerSecond(perSecond);
        const times = (await begun(pace, calls)).toSorted((a, b) => a - b);
        expect(times).toHaveLength(calls);
        for (const [at, from] of times.entries()) {
          const within = times.slice(at).findIndex((time) => time >= from + 1_000);
          const inOneSecond = within === -1 ? times.length - at : within;
          expect(inOneSecond).toBeLessThanOrEqual(2 * perSecond + 1);
        }
      }),
      { numRuns: 60 },
    );
  });

  test("that is lifted lets those who wait begin", async () => {
    const pace = new TargetPace({ most: 100, clock });
    pace.allowPerSecond(1 / 60);
    const entering = begun(pace, 3);
    pace.allowPerSecond(null);
    expect(Math.max(...(await entering))).toBe(0);
  });
});

describe("the limit", () => {
  test("is halved once for all calls that were under way, and grows back one by one", () => {
    const pace = new TargetPace({ most: 64, clock });
    const before = clock() - 1;
    for (let call = 0; call < 64; call += 1) pace.report(attempt({ status: 429, began_at: before }));
    expect(pace.limit).toBe(32);
    vi.advanceTimersByTime(10);
    pace.report(attempt({ timed_out: true, status: null }));
    expect(pace.limit).toBe(16);
    vi.advanceTimersByTime(10);
    for (let call = 0; call < 16; call += 1) pace.report(attempt());
    expect(pace.limit).toBe(17);
    for (let call = 0; call < 5_000; call += 1) pace.report(attempt());
    expect(pace.limit).toBe(64);
  });

  test("never falls below one call, whatever comes", () => {
    const attempts = fc.array(
      fc.record({
        status: fc.constantFrom(200, 404, 429, 500, 503, null),
        timed_out: fc.boolean(),
        retry_after_ms: fc.constantFrom(null, 0, 100),
        duration_ms: fc.integer({ min: 0, max: 60_000 }),
        later: fc.integer({ min: 0, max: 50 }),
      }),
      { maxLength: 300 },
    );
    fc.assert(
      fc.property(attempts, fc.integer({ min: 1, max: 50 }), (reports, most) => {
        const pace = new TargetPace({ most, clock });
        for (const { later, ...report } of reports) {
          vi.advanceTimersByTime(later);
          pace.report(attempt(report));
          expect(pace.limit).toBeGreaterThanOrEqual(1);
          expect(pace.limit).toBeLessThanOrEqual(most);
        }
      }),
    );
  });

  test("falls where a target that answered fast becomes slow, and not where it always was", () => {
    const pace = new TargetPace({ most: 20, clock });
    for (let call = 0; call < 40; call += 1) pace.report(attempt({ duration_ms: 400 }));
    expect(pace.limit).toBe(20);
    for (let call = 0; call < 20; call += 1) pace.report(attempt({ duration_ms: 4_000 }));
    expect(pace.limit).toBe(10);
    const slow = new TargetPace({ most: 20, clock });
    for (let call = 0; call < 200; call += 1) slow.report(attempt({ duration_ms: 30_000 }));
    expect(slow.limit).toBe(20);
  });

  test("of a bound that changes follows it, unless the target has said less", () => {
    const pace = new TargetPace({ most: 10, clock });
    pace.allow(4);
    expect(pace.limit).toBe(4);
    pace.allow(12);
    expect(pace.limit).toBe(12);
    pace.report(attempt({ status: 429 }));
    pace.allow(20);
    expect(pace.limit).toBe(6);
  });
});
