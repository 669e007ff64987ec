import { Group, Text } from "@mantine/core";
import type { TestRun } from "@rhesis/router/test-run/schema";
import { percentText } from "../../ui/pass-rate-text.ts";
import { durationText } from "../../ui/relative-time.tsx";
import { spentFacts } from "./budget-text.ts";
import { doneOf, rateOf, rateText, remainingMs, remainingText, type Sample } from "./run-pace.ts";
import { isLive } from "./run-status.tsx";
import styles from "./test-run.module.css";

const verdicts = [
  ["pass", "passed"],
  ["fail", "failed"],
  ["inconclusive", "inconclusive"],
  ["error", "errored"],
] as const;

/** How far a run is, how fast it goes, and what it found so far. */
export function RunProgress({ run, samples }: { run: TestRun; samples: readonly Sample[] }) {
  const done = doneOf(run);
  const live = isLive(run);
  const rate = run.status === "running" ? rateOf(samples) : null;
  const left = rate === null ? null : remainingMs(run, rate);
  const took =
    run.started_at === null || run.finished_at === null ? null : run.finished_at.getTime() - run.started_at.getTime();
  const facts = [
    `${done.toLocaleString("en")} of ${run.total.toLocaleString("en")} done`,
    done === 0 ? "" : `${percentText(run.passed / done)} passing`,
    run.errored === 0 ? "" : `${run.errored.toLocaleString("en")} ${run.errored === 1 ? "error" : "errors"}`,
    rate === null || rate === 0 ? "" : rateText(rate),
    left === null || left === 0 ? "" : remainingText(left),
    live && run.held_until !== null && run.held_until.getTime() > (samples.at(-1)?.at ?? 0)
      ? `waiting until ${run.held_until.toLocaleTimeString("en-GB")}, as the application asked`
      : "",
    took === null ? "" : `took ${durationText(took)}`,
    ...spentFacts(run),
  ].filter((fact) => fact !== "");
  return (
    <div>
      <div
        className={styles.bar}
        role="progressbar"
        aria-label="Results done"
        aria-valuemin={0}
        aria-valuemax={run.total}
        aria-valuenow={done}
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
