import { Group, Text } from "@mantine/core";
import { useEffect, useState } from "react";
import type { TestRun } from "@rhesis/router/test-run/schema";
import { percentText } from "../../ui/pass-rate-text.ts";
import { durationText } from "../../ui/relative-time.tsx";
import { spentFacts } from "./budget-text.ts";
import { doneOf, isHeld, paceOf, rateText, remainingText, type Sample } from "./run-pace.ts";
import { isLive } from "./run-status.tsx";
import styles from "./test-run.module.css";

const verdicts = [
  ["pass", "passed"],
  ["fail", "failed"],
  ["inconclusive", "inconclusive"],
  ["error", "errored"],
] as const;

/** The time of day in milliseconds, told anew each second while `ticks`. */
function useClock(ticks: boolean): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    if (!ticks) return;
    const timer = window.setInterval(() => setNow(Date.now()), 1000);
    return () => window.clearInterval(timer);
  }, [ticks]);
  return now;
}

function factsOf(run: TestRun, samples: readonly Sample[], now: number): string[] {
  const done = doneOf(run);
  const { per_minute, left_ms } = paceOf(samples, run, now);
  const { started_at, finished_at, held_until } = run;
  return [
    `${done.toLocaleString("en")} of ${run.total.toLocaleString("en")} done`,
    done === 0 ? "" : `${percentText(run.passed / done)} passing`,
    run.errored === 0 ? "" : `${run.errored.toLocaleString("en")} ${run.errored === 1 ? "error" : "errors"}`,
    per_minute === null ? "" : rateText(per_minute),
    left_ms === null || left_ms === 0 ? "" : remainingText(left_ms),
    isHeld(run, now) ? `waiting until ${held_until?.toLocaleTimeString("en-GB")}, as the application asked` : "",
    started_at === null || finished_at === null
      ? ""
      : `took ${durationText(finished_at.getTime() - started_at.getTime())}`,
    ...spentFacts(run),
  ].filter((fact) => fact !== "");
}

/** How far a run is, how fast it goes, and what it found and spent so far. `isLost`: nothing is heard of it at present. */
export function RunProgress(props: { run: TestRun; samples: readonly Sample[]; isLost: boolean }) {
  const { run, samples, isLost } = props;
  const now = useClock(isLive(run));
  const facts = [
    ...factsOf(run, samples, now),
    ...(isLost ? ["the connection is lost and tried again, so these numbers may be old"] : []),
  ];
  return (
    <div>
      <div
        className={styles.bar}
        role="progressbar"
        aria-label="Results done"
        aria-valuemin={0}
        aria-valuemax={run.total}
        aria-valuenow={doneOf(run)}
      >
        {verdicts.map(([verdict, count]) => (
          <span
            key={verdict}
            className={styles.part}
            data-verdict={verdict}
            style={{ width: `${run.total === 0 ? 0 : (run[count] / run.total) * 100}%` }}
          />
        ))}
      </div>
      <Group gap={6} mt={6}>
        {facts.map((fact, index) => (
          <Text key={fact.replaceAll(/[\d.,]+/g, "#")} size="sm" c="dimmed">
            {index > 0 && "· "}
            {fact}
          </Text>
        ))}
      </Group>
    </div>
  );
}
