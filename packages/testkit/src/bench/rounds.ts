/** Interleaved rounds: the limit and ours in turn in one run, because absolute times of a shared machine mean nothing. */
import { judge, written } from "./judge.ts";

export type Comparison = {
  name: string;
  /** Each gives one figure per round, in the same unit. */
  limit: () => Promise<number>;
  ours: () => Promise<number>;
  unit: string;
  /** Whether a larger figure is better (calls per second) or a smaller one (milliseconds). */
  better: "larger" | "smaller";
  /** The ratio ours / limit that is asked for. */
  goal: number;
  rounds?: number;
};

/**
 * Runs both in turn, prints the median ratio with its range, and judges it. Noisy where the limit itself moved by more
 * than a quarter.
 */
export async function compareRounds(comparison: Comparison): Promise<number> {
  await comparison.limit();
  await comparison.ours();
  const limits: number[] = [];
  const ratios: number[] = [];
  const figures: number[] = [];
  for (let round = 0; round < (comparison.rounds ?? 7); round += 1) {
    const limit = await comparison.limit();
    const ours = await comparison.ours();
    limits.push(limit);
    figures.push(ours);
    ratios.push(ours / limit);
  }
  console.log(comparison.name);
  const { goal, unit } = comparison;
  judge("ratio", median(ratios), {
    ...(comparison.better === "larger" ? { at_least: goal } : { at_most: goal }),
    shown: withRange(ratios, (ratio) => ratio.toFixed(2)),
    noisy: isNoisy(limits),
  });
  console.log(
    `  limit ${written(median(limits))} ${unit}, ours ${written(median(figures))} ${unit}, ${ratios.length} rounds`,
  );
  return median(ratios);
}

/** Whether figures that should be the same differ by more than a quarter. */
export function isNoisy(figures: number[]): boolean {
  return (Math.max(...figures) - Math.min(...figures)) / median(figures) > 0.25;
}

/** The median, and between brackets the least and the largest. */
export function withRange(figures: number[], write: (figure: number) => string = written): string {
  return `${write(median(figures))} (${write(Math.min(...figures))}–${write(Math.max(...figures))})`;
}

/** How often `work` is done per second by `loops` loops over `ms` milliseconds. */
export async function perSecond(ms: number, loops: number, work: () => Promise<unknown>): Promise<number> {
  const end = performance.now() + ms;
  let done = 0;
  const loop = async () => {
    while (performance.now() < end) {
      await work();
      done += 1;
    }
  };
  await Promise.all(Array.from({ length: loops }, loop));
  return (done / ms) * 1000;
}

export function median(values: number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const high = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? high : ((sorted[middle - 1] ?? high) + high) / 2;
}
