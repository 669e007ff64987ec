/** Has a run rest when its target answers nothing any more, instead of turning all its tests into errors. */
import type { ScoredResult } from "./execute-types.ts";

/**
 * @param most calls in a row that may come to nothing; null for any number
 * @returns to be told of each result
 */
export function circuitBreaker(most: number | null, pause: (reason: string) => void): (made: ScoredResult) => void {
  let failures = 0;
  return ({ result }) => {
    failures = result.verdict === "error" ? failures + 1 : 0;
    if (most === null || failures < most) return;
    failures = 0;
    pause(
      `${most} calls in a row came to nothing. The last one: ${result.error_message ?? "no answer"} ` +
        "See to the application, then resume the run. What ended in an error can be asked again when the run is over.",
    );
  };
}
