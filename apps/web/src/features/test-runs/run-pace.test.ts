import { expect, test } from "vitest";
import { doneOf, rateOf, rateText, remainingMs, remainingText, withSample, type Sample } from "./run-pace.ts";

const counts = { total: 100, passed: 10, failed: 5, inconclusive: 3, errored: 2 };

function samplesOf(...seen: [at: number, done: number][]): Sample[] {
  return seen.reduce<Sample[]>((samples, [at, done]) => withSample(samples, { at, done }), []);
}

test("done counts every verdict", () => expect(doneOf(counts)).toBe(20));

test("the pace is that of the last seconds, not of the whole run", () => {
  const samples = samplesOf([0, 0], [10_000, 1000], [40_000, 1000], [50_000, 1100]);
  expect(rateOf(samples)).toBeCloseTo(10, 5);
  expect(samples.length).toBeLessThan(4);
});

test("nothing is said after less than a second", () => {
  expect(rateOf(samplesOf([0, 0]))).toBeNull();
  expect(rateOf(samplesOf([0, 0], [900, 50]))).toBeNull();
  expect(rateOf(samplesOf([0, 0], [2000, 50]))).toBe(25);
});

test("counts that go back say nothing", () => expect(rateOf(samplesOf([0, 50], [5000, 10]))).toBeNull());

test("what remains", () => {
  expect(remainingMs(counts, 8)).toBe(10_000);
  expect(remainingMs(counts, 0)).toBeNull();
  expect(remainingMs(counts, null)).toBeNull();
  expect(remainingMs({ ...counts, total: 20 }, null)).toBe(0);
});

test.each([
  [400, "a moment left"],
  [20_000, "about 20 seconds left"],
  [60_000, "about 1 minute left"],
  [5 * 60_000, "about 5 minutes left"],
  [90 * 60_000, "about 1.5 hours left"],
])("%i ms: %s", (ms, text) => expect(remainingText(ms)).toBe(text));

test.each([
  [98.4, "98 per second"],
  [2.34, "2.3 per second"],
  [0.05, "3 per minute"],
])("%d: %s", (rate, text) => expect(rateText(rate)).toBe(text));
