export type VerdictCounts = { total: number; passed: number; failed: number; inconclusive: number; errored: number };

/** Share of passes among the results that are there, 0 to 1; null before the first. */
export function passRateOf({ passed, failed, inconclusive, errored }: VerdictCounts): number | null {
  const done = passed + failed + inconclusive + errored;
  return done === 0 ? null : passed / done;
}

/** Whole percent, but never 100 % or 0 % where that would hide a single result. */
export function percentText(rate: number | null): string {
  if (rate === null) return "–";
  const rounded = Math.round(rate * 100);
  if (rounded === 100 && rate < 1) return ">99%";
  if (rounded === 0 && rate > 0) return "<1%";
  return `${rounded}%`;
}
