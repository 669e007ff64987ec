import { Text } from "@mantine/core";
import { IconCheck, IconQuestionMark, IconX } from "@tabler/icons-react";
import type { TestResultItem } from "@rhesis/router/test-result/schema";
import type { Column } from "../../ui/data-table-column.ts";
import { durationText } from "../../ui/relative-time.tsx";
import { VerdictBadge } from "../../ui/verdict-badge.tsx";
import { valueText } from "../metrics/shown-score.ts";
import styles from "./test-run.module.css";

const signs = { pass: IconCheck, fail: IconX, inconclusive: IconQuestionMark };
const words = { pass: "pass", fail: "fail", inconclusive: "inconclusive" };
const rank = { fail: 0, inconclusive: 1, pass: 2 };
const named = 2;

type Score = TestResultItem["scores"][number];

function titleOf(score: Score): string {
  const value = valueText(score);
  return `${score.metric_name}: ${words[score.verdict]}${value === "" ? "" : ` (${value})`}`;
}

function NamedScore({ score }: { score: Score }) {
  const Sign = signs[score.verdict];
  return (
    <span className={styles.score} data-verdict={score.verdict} title={titleOf(score)}>
      <Sign size={12} aria-label={words[score.verdict]} />
      <span className={styles.scoreName}>{score.metric_name}</span>
    </span>
  );
}

/** What did not pass by its name, failures first; what passed only counted, since names side by side would all be cut. */
function Scores({ scores }: Pick<TestResultItem, "scores">) {
  const passed = scores.filter(({ verdict }) => verdict === "pass");
  const others = scores.filter(({ verdict }) => verdict !== "pass").sort((a, b) => rank[a.verdict] - rank[b.verdict]);
  const unnamed = others.slice(named);
  return (
    <span className={styles.scores}>
      {others.slice(0, named).map((score) => (
        <NamedScore key={score.metric_id} score={score} />
      ))}
      {unnamed.length > 0 && (
        <span className={styles.count} title={unnamed.map(titleOf).join("\n")}>
          +{unnamed.length}
        </span>
      )}
      {passed.length > 0 && (
        <span className={styles.count} data-verdict="pass" title={passed.map(titleOf).join("\n")}>
          {passed.length} passed
        </span>
      )}
    </span>
  );
}

const waiting = { pending: "Waiting", running: "Being asked…", cancelled: "Not asked", completed: "" };

function Answer({ row }: { row: TestResultItem }) {
  if (row.error_message !== null) {
    return (
      <Text span size="sm" c="var(--error)" title={row.error_message}>
        {row.error_message}
      </Text>
    );
  }
  if (row.output !== null) return <span title={row.output}>{row.output}</span>;
  return (
    <Text span size="sm" c="dimmed">
      {waiting[row.status]}
    </Text>
  );
}

export const resultColumns: Column<TestResultItem>[] = [
  {
    key: "verdict",
    title: "Verdict",
    width: "136px",
    cell: (row) =>
      row.status === "cancelled" ? (
        <Text span size="sm" c="dimmed">
          Not asked
        </Text>
      ) : (
        <VerdictBadge verdict={row.verdict} />
      ),
  },
  {
    key: "input",
    title: "Input",
    width: "minmax(180px, 1.5fr)",
    cell: (row) => (
      <span title={row.input}>
        {row.input}
        {row.repeat > 1 && (
          <Text span c="dimmed" size="xs">
            {" "}
            (time {row.repeat})
          </Text>
        )}
      </span>
    ),
  },
  { key: "output", title: "Answer", width: "minmax(180px, 2fr)", wide_only: true, cell: (row) => <Answer row={row} /> },
  {
    key: "scores",
    title: "Metrics",
    width: "minmax(180px, 1.4fr)",
    wide_only: true,
    cell: (row) => <Scores scores={row.scores} />,
  },
  {
    key: "latency",
    title: "Time",
    width: "84px",
    align: "end",
    wide_only: true,
    cell: (row) => durationText(row.latency_ms),
  },
];
