/** Whether a measured figure keeps its bound, said in one way by every benchmark. */

export type Bound = ({ at_most: number } | { at_least: number }) & {
  unit?: string;
  /** How the figure is written, where its number alone says too little. */
  shown?: string;
  /** What it is compared with moved too much itself for a miss to mean anything. */
  noisy?: boolean;
};

/**
 * Prints one line with the verdict and returns whether the bound is kept. A missed bound makes the process end with
 * code 1, unless the round was noisy. What is not a number is missed.
 */
export function judge(name: string, value: number, bound: Bound): boolean {
  const unit = bound.unit === undefined ? "" : ` ${bound.unit}`;
  const [kept, asked] =
    "at_most" in bound
      ? [value <= bound.at_most, `≤ ${written(bound.at_most)}`]
      : [value >= bound.at_least, `≥ ${written(bound.at_least)}`];
  const verdict = kept ? "met" : "MISSED";
  const noise = bound.noisy === true ? ", noisy" : "";
  console.log(`  ${name} ${bound.shown ?? written(value)}${unit}, asked ${asked}${unit}: ${verdict}${noise}`);
  if (!kept && bound.noisy !== true) process.exitCode = 1;
  return kept;
}

/** With as many digits as it takes to tell figures apart. */
export function written(value: number): string {
  if (Math.abs(value) >= 100) return Math.round(value).toLocaleString("en");
  return Number.isInteger(value) ? String(value) : value.toFixed(2);
}
