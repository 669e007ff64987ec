/** Interleaved rounds: the limit and ours in turn in one run, because absolute times of a shared machine mean nothing. */

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
 * Runs both in turn and prints the median ratio with its range. Says "noisy" where the limit itself moved by more than
 * a quarter.
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
  const ratio = median(ratios);
  const met = comparison.better === "larger" ? ratio >= comparison.goal : ratio <= comparison.goal;
  const noisy = (Math.max(...limits) - Math.min(...limits)) / median(limits) > 0.25;
  const sign = comparison.better === "larger" ? "≥" : "≤";
  console.log(
    [
      comparison.name,
      `  ratio ${ratio.toFixed(2)} (${Math.min(...ratios).toFixed(2)}–${Math.max(...ratios).toFixed(2)}), asked ${sign} ${comparison.goal}: ${met ? "met" : "MISSED"}${noisy ? ", noisy" : ""}`,
      `  limit ${format(median(limits))} ${comparison.unit}, ours ${format(median(figures))} ${comparison.unit}, ${ratios.length} rounds`,
    ].join("\n"),
  );
  return ratio;
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

function format(value: number): string {
  return value >= 100 ? Math.round(value).toLocaleString("en") : value.toFixed(2);
}
