import { expect, test } from "vitest";
import { doneOf, isHeld, paceOf, rateText, remainingText, withProgress, type Sample } from "./run-pace.ts";

const second = 1000;
const minute = 60 * second;
const running = { status: "running", cancel_requested_at: null, pause_requested_at: null, held_until: null } as const;

const at = (passed: number, total = 1000) => ({ ...running, total, passed, failed: 0, inconclusive: 0, errored: 0 });

/** Samples of a run that was seen at these moments with so many results done. */
function seen(...moments: [at: number, done: number][]): Sample[] {
  return moments.reduce<Sample[]>((samples, [when, done]) => withProgress(samples, at(done), when), []);
}

/** One result after another, `every` so many milliseconds. */
function steady(from: number, results: number, every: number, done = 0): [number, number][] {
  return Array.from({ length: results + 1 }, (_, nr) => [from + nr * every, done + nr]);
}

const unknown = { per_minute: null, left_ms: null };

test("done counts every verdict", () =>
  expect(doneOf({ total: 100, passed: 10, failed: 5, inconclusive: 3, errored: 2 })).toBe(20));

test("the pace is that of the last half minute, not of the whole run", () => {
  const samples = seen(...steady(0, 200, 100), ...steady(20_500, 60, second, 200));
  const { per_minute, left_ms } = paceOf(samples, at(260), 80_500);
  expect(per_minute).toBeCloseTo(60, 5);
  expect(left_ms).toBeCloseTo(740 * second, 5);
  expect(samples.length).toBeLessThan(33);
});

test("results that come in bursts do not make the pace jump", () => {
  const bursts = Array.from({ length: 12 }, (_, nr): [number, number] => [nr * 5 * second, nr * 10]);
  const paces = bursts.slice(3).map((_, nr) => {
    const so_far = bursts.slice(0, nr + 4);
    const [when = 0, done = 0] = so_far.at(-1) ?? [];
    return paceOf(seen(...so_far), at(done), when + 4 * second).per_minute ?? 0;
  });
  expect(Math.max(...paces) / Math.min(...paces)).toBeLessThan(1.05);
});

test.each([
  ["nothing seen", seen(), 0],
  ["0 results", seen([0, 0], [10 * second, 0]), 10 * second],
  ["less than five seconds", seen(...steady(0, 40, 100)), 4 * second],
  ["fewer than three results", seen([0, 0], [4 * second, 1], [8 * second, 2]), 8 * second],
])("%s says nothing", (_, samples, now) =>
  expect(paceOf(samples, at(samples.at(-1)?.done ?? 0), now)).toEqual(unknown),
);

test("a run of one result in 50 seconds has a pace too", () => {
  const samples = seen(...steady(0, 4, 50 * second));
  const { per_minute, left_ms } = paceOf(samples, at(4, 10), 200 * second);
  expect([per_minute, left_ms]).toEqual([expect.closeTo(1.2, 5), expect.closeTo(300 * second, 5)]);
});

test("nothing is said of a run that pauses, is cancelled, or rests, and it starts over when it is resumed", () => {
  const moments = steady(0, 20, second);
  const samples = seen(...moments);
  const now = 20 * second;
  const wish = new Date(now);
  expect(paceOf(samples, at(20), now).per_minute).toBeCloseTo(60, 5);
  expect(paceOf(samples, { ...at(20), pause_requested_at: wish }, now)).toEqual(unknown);
  expect(paceOf(samples, { ...at(20), cancel_requested_at: wish }, now)).toEqual(unknown);
  const resting = withProgress(samples, { ...at(20), status: "paused" }, now + second);
  expect(resting).toEqual([]);
  const queued = withProgress(resting, { ...at(20), status: "queued" }, now + 10 * minute);
  const resumed = withProgress(queued, at(20), now + 10 * minute);
  expect(paceOf(resumed, at(20), now + 10 * minute)).toEqual(unknown);
  const later = withProgress(resumed, at(30), now + 11 * minute);
  expect(paceOf(later, at(30), now + 11 * minute).per_minute).toBeCloseTo(10, 5);
});

test("while the application asked not to be called, nothing is said; afterwards the wait counts", () => {
  const samples = seen(...steady(0, 20, second));
  const held = { ...at(20), held_until: new Date(60 * second) };
  expect([isHeld(held, 59 * second), isHeld(held, 60 * second)]).toEqual([true, false]);
  expect(isHeld({ ...held, status: "paused" }, 0)).toBe(false);
  expect(paceOf(samples, held, 25 * second)).toEqual(unknown);
  expect(paceOf(withProgress(samples, at(21), 65 * second), at(21), 65 * second).per_minute).toBeLessThan(30);
});

test("a silence slows the pace down, and a long one ends it", () => {
  const samples = seen(...steady(0, 20, second));
  expect(paceOf(samples, at(20), 35 * second).per_minute).toBeCloseTo(60, 5);
  expect(paceOf(samples, at(20), 60 * second).per_minute).toBeCloseTo(30, 5);
  expect(paceOf(samples, at(20), 5 * minute)).toEqual(unknown);
});

test.each([
  ["back by an hour", -60 * minute],
  ["on by an hour", 60 * minute],
])("a clock that goes %s starts over, and says no nonsense", (_, jump) => {
  const before = steady(100 * minute, 20, second);
  const samples = seen(...before, [100 * minute + jump + 20 * second, 20]);
  expect(samples).toHaveLength(1);
  const after = steady(100 * minute + jump + 20 * second, 20, second, 20);
  expect(paceOf(seen(...before, ...after), at(40), 100 * minute + jump + 40 * second).per_minute).toBeCloseTo(60, 5);
});

test("a clock that went back between two events hurts nothing", () => {
  expect(paceOf(seen(...steady(60 * minute, 20, second)), at(20), 0).per_minute).toBeCloseTo(60, 5);
});

test("counts that go back are another run", () => expect(seen([0, 50], [5000, 10])).toHaveLength(1));

test("when all is done, nothing is left", () => {
  const samples = seen(...steady(0, 20, second));
  expect(paceOf(samples, at(20, 20), 20 * second).left_ms).toBe(0);
});

test.each([
  [400, "a few seconds left"],
  [17_000, "about 20 seconds left"],
  [57 * second, "about 1 minute left"],
  [3.2 * minute, "about 3 minutes left"],
  [58 * minute, "about 1 hour left"],
  [80 * minute, "about 1.5 hours left"],
  [30 * 60 * minute, "about 1.5 days left"],
])("%i ms: %s", (ms, text) => expect(remainingText(ms)).toBe(text));

test.each([
  [5904, "5,904 per minute"],
  [24.4, "24 per minute"],
  [2.34, "2.3 per minute"],
])("%d: %s", (rate, text) => expect(rateText(rate)).toBe(text));
