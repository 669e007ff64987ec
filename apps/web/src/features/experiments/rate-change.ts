import { passRateOf } from "../../ui/pass-rate-text.ts";
import type { VersionResults } from "@rhesis/router/experiment/schema";

export type ComparedResults = VersionResults & {
  id: string;
  rate: number | null;
  /** Against the version that they are compared with, in percentage points; null where there is nothing to compare. */
  change: number | null;
};

/** Results by version, each against those of `against`. */
export function comparedResults(items: readonly VersionResults[], against: number | null): ComparedResults[] {
  const rateOf = (item: VersionResults) => passRateOf({ ...item, total: item.tests });
  const base = items.find(({ version }) => version === against);
  const baseRate = base === undefined ? null : rateOf(base);
  return items.map((item) => {
    const rate = rateOf(item);
    const isComparable = rate !== null && baseRate !== null && item.version !== against;
    return { ...item, id: String(item.version), rate, change: isComparable ? (rate - baseRate) * 100 : null };
  });
}

/** “+12 points”; tenths where it is less than one. */
export function changeText(change: number | null): string {
  if (change === null) return "–";
  if (Math.abs(change) < 0.05) return "the same";
  const size = Math.abs(change) < 1 ? Math.abs(change).toFixed(1) : String(Math.round(Math.abs(change)));
  return `${change > 0 ? "+" : "−"}${size} ${size === "1" ? "point" : "points"}`;
}
