/** How fast a run goes, and when it will be done, from what was seen of it. */
import type { TestRunProgress } from "@rhesis/router/test-run/schema";

type Counts = Pick<TestRunProgress, "total" | "passed" | "failed" | "inconclusive" | "errored">;
type Life = Pick<TestRunProgress, "status" | "cancel_requested_at" | "pause_requested_at" | "held_until">;

/** `at` in milliseconds. */
export type Sample = { at: number; done: number };

/** `per_minute` in results, `left_ms` until all is done; null where nobody can tell. */
export type Pace = { per_minute: number | null; left_ms: number | null };

/** What is looked back on, in milliseconds; further where fewer results than `leastResults` came meanwhile. */
const span = 30_000;
/** Less than this says nothing yet. */
const leastSpan = 5_000;
const leastResults = 3;
/** After a longer silence (a machine that slept, a clock that was set) what was before says nothing about now. */
const longestSilence = 120_000;

export function doneOf({ passed, failed, inconclusive, errored }: Counts): number {
  return passed + failed + inconclusive + errored;
}

/**
 * The samples with where the run is now, without those too old to matter. Starts over where time or results went back,
 * and where the run was not running.
 */
export function withProgress(samples: readonly Sample[], run: Counts & Pick<Life, "status">, at: number): Sample[] {
  if (run.status !== "running") return [];
  const sample = { at, done: doneOf(run) };
  const last = samples.at(-1);
  if (last === undefined || at < last.at || sample.done < last.done || at - last.at > longestSilence) return [sample];
  const all = [...samples, sample];
  const says = (from: Sample) => at - from.at >= span && sample.done - from.done >= leastResults;
  const first = all.findLastIndex(says);
  return first < 0 ? all : all.slice(first);
}

export function isHeld({ status, held_until }: Pick<Life, "status" | "held_until">, now: number): boolean {
  return status === "running" && held_until !== null && held_until.getTime() > now;
}

/** The pace at `now`. Nobody can tell it too early, nor of a run that rests, waits, or ends before its last result. */
export function paceOf(samples: readonly Sample[], run: Counts & Life, now: number): Pace {
  const unknown = { per_minute: null, left_ms: null };
  const first = samples[0];
  const last = samples.at(-1);
  if (first === undefined || last === undefined || run.status !== "running" || isHeld(run, now)) return unknown;
  if (run.cancel_requested_at !== null || run.pause_requested_at !== null) return unknown;
  const results = last.done - first.done;
  const silence = now - last.at;
  if (last.at - first.at < leastSpan || results < leastResults || silence > longestSilence) return unknown;
  // Nothing is heard while nothing is done: a silence longer than all that was seen slows the run down.
  const rate = results / Math.max(last.at - first.at, silence);
  return { per_minute: rate * 60_000, left_ms: Math.max(0, run.total - doneOf(run)) / rate };
}

/** “1,200 per minute”, “2.5 per minute”. */
export function rateText(per_minute: number): string {
  const digits = per_minute >= 10 ? 0 : 1;
  return `${per_minute.toLocaleString("en", { maximumFractionDigits: digits })} per minute`;
}

const units = [
  ["day", 24 * 3600],
  ["hour", 3600],
  ["minute", 60],
] as const;

/** A span as people wait for it, in words that do not jump with each result: “about 3 minutes left”. */
export function remainingText(ms: number): string {
  const seconds = Math.ceil(ms / 5000) * 5;
  if (seconds <= 5) return "a few seconds left";
  const [unit, size] = units.find(([, size]) => seconds >= size * 0.95) ?? ["second", 1];
  const count = seconds / size;
  const shown = size > 60 && count < 10 ? Math.round(count * 2) / 2 : Math.round(count);
  return `about ${shown} ${shown === 1 ? unit : `${unit}s`} left`;
}
