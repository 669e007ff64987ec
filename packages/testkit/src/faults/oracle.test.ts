/** An oracle that never speaks proves nothing: each promise is broken once, and must be missed. */
import { describe, expect, test } from "vitest";
import { violationsOf, type History } from "./oracle.ts";
import { faultScript } from "./script.ts";

const script = {
  seed: 1,
  tests: ["answer", "busy_once", "broken"] as const,
  concurrency: 2,
  workers: 1,
  faults: [],
  cancel_after: null,
  api_dies_after_ms: null,
};
const call = (test: number, at: number, key = `key ${test}`) => ({ test, key, at });
const done = (test: number, verdict: string) => ({
  test,
  status: "completed",
  verdict,
  scores: verdict === "pass" ? 1 : 0,
});
const whole: History = {
  script: { ...script, tests: [...script.tests] },
  calls: [call(0, 1), call(1, 2), call(1, 3), call(2, 4), call(2, 5), call(2, 6)],
  most_at_once: 2,
  faults: [],
  cancelled_at: null,
  ended_at: 10,
  run: { status: "completed", total: 3, passed: 2, failed: 0, inconclusive: 0, errored: 1 },
  runs: 1,
  job_status: "completed",
  results: [done(0, "pass"), done(1, "pass"), done(2, "error")],
};
const bounds = { resume_ms: 5_000 };
const kill = { kind: "kill_worker", after_calls: 1, away_ms: 0 } as const;
const told = (changes: Partial<History>) => violationsOf({ ...whole, ...changes }, bounds).join("; ");

test("a run that kept its promises is not spoken of", () => {
  expect(violationsOf(whole, bounds)).toEqual([]);
});

describe("is told", () => {
  test.each<[string, Partial<History>, RegExp]>([
    ["a run that does not end", { run: { ...whole.run, status: "running" } }, /ended as running/],
    ["a run that fails", { run: { ...whole.run, status: "failed" } }, /ended as failed/],
    ["a second run", { runs: 2 }, /2 runs/],
    ["a job that stays open", { job_status: "active" }, /job ended as active/],
    ["a lost result", { results: whole.results.slice(1) }, /test 0 has 0 results/],
    ["a doubled result", { results: [...whole.results, done(0, "pass")] }, /test 0 has 2 results/],
    ["a result of nobody", { results: [...whole.results, done(7, "pass")] }, /belongs to no test/],
    [
      "an open result",
      { results: [{ ...done(0, "pass"), status: "pending", verdict: null }, ...whole.results.slice(1)] },
      /test 0 is pending/,
    ],
    ["a wrong verdict", { results: [done(0, "fail"), ...whole.results.slice(1)] }, /verdict fail/],
    ["a doubled score", { results: [{ ...done(0, "pass"), scores: 2 }, ...whole.results.slice(1)] }, /2 scores/],
    [
      "a score of an error",
      { results: [...whole.results.slice(0, 2), { ...done(2, "error"), scores: 1 }] },
      /1 scores/,
    ],
    ["counters that are not the rows", { run: { ...whole.run, passed: 3 } }, /counts 3 passed/],
    ["a test under two keys", { calls: [...whole.calls, call(0, 7, "other")] }, /other keys/],
    ["a result without a call", { calls: whole.calls.slice(1) }, /never asked/],
    ["a repeated call", { calls: [...whole.calls, call(0, 7)] }, /1 calls were repeated/],
    ["a test that is tried again too often", { calls: [...whole.calls, call(1, 7)] }, /test 1 was asked 3 times/],
    ["more calls at once than allowed", { most_at_once: 3 }, /3 calls were open/],
    ["a call after the end", { calls: [...whole.calls, call(2, 11)] }, /after the run had ended/],
    [
      "a call long after the cancellation",
      { cancelled_at: 1, ended_at: 9_000, calls: [...whole.calls, call(2, 8_000)] },
      /after the cancellation/,
    ],
    [
      "a run that is taken up late",
      { faults: [{ fault: kill, at: 3, there_at: 3 }], calls: [call(0, 1), call(1, 9_000)], ended_at: 9_001 },
      /8997 ms passed/,
    ],
  ])("%s", (_, changes, words) => {
    expect(told(changes)).toMatch(words);
  });
});

test("a crash allows as many repeated calls as were under way, and no more", () => {
  const faults = [{ fault: kill, at: 6.5, there_at: 7 }];
  const again = [call(0, 7), call(0, 8)];
  expect(told({ faults, calls: [...whole.calls, ...again] })).toBe("");
  expect(told({ faults, calls: [...whole.calls, ...again, call(0, 9)] })).toMatch(/3 calls were repeated, at most 2/);
});

test("a seed is one script", () => {
  const size = { tests: 50, faults: 5, redis: true };
  expect(faultScript(7, size)).toEqual(faultScript(7, size));
  expect(faultScript(8, size)).not.toEqual(faultScript(7, size));
  expect(faultScript(7, { ...size, redis: false }).faults.some(({ kind }) => kind.endsWith("_redis"))).toBe(false);
});
