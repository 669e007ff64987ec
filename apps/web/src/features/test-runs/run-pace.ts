/** How fast a run goes, and when it will be done, from what was seen of it. */
import type { TestRunProgress } from "@rhesis/router/test-run/schema";

type Counts = Pick<TestRunProgress, "total" | "passed" | "failed" | "inconclusive" | "errored">;

/** `at` in milliseconds. */
export type Sample = { at: number; done: number };

/** What is looked back on, in milliseconds. */
const span = 15_000;
/** The least time between the first and the last sample that says anything. */
const least = 1_000;

export function doneOf({ passed, failed, inconclusive, errored }: Counts): number {
  return passed + failed + inconclusive + errored;
}

/** The samples with a new one, without those too old to matter; where all are, the last stays as the start of the span. */
export function withSample(samples: readonly Sample[], sample: Sample): Sample[] {
  const recent = samples.filter(({ at }) => at >= sample.at - span);
  return [...(recent.length > 0 ? recent : samples.slice(-1)), sample];
}

/** Results per second; null while too little was seen, or where results went back (another run). */
export function rateOf(samples: readonly Sample[]): number | null {
  const first = samples[0];
  const last = samples.at(-1);
  if (first === undefined || last === undefined || last.at - first.at < least || last.done < first.done) return null;
  return ((last.done - first.done) * 1000) / (last.at - first.at);
}

/** Milliseconds until all is done at this pace; null where nobody can tell. */
export function remainingMs(counts: Counts, rate: number | null): number | null {
  const left = counts.total - doneOf(counts);
  if (left <= 0) return 0;
  return rate === null || rate <= 0 ? null : (left / rate) * 1000;
}

/** “12 per second”, “0.4 per second”, “3 per minute”. */
export function rateText(rate: number): string {
  if (rate >= 10) return `${Math.round(rate)} per second`;
  if (rate >= 0.2) return `${Math.round(rate * 10) / 10} per second`;
  return `${Math.round(rate * 60 * 10) / 10} per minute`;
}

/** A span as people wait for it: “about 20 seconds left”. */
export function remainingText(ms: number): string {
  const seconds = Math.ceil(ms / 1000);
  if (seconds < 60) return seconds <= 1 ? "a moment left" : `about ${seconds} seconds left`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return `about ${minutes} ${minutes === 1 ? "minute" : "minutes"} left`;
  const hours = Math.round(minutes / 6) / 10;
  return `about ${hours} ${hours === 1 ? "hour" : "hours"} left`;
}
