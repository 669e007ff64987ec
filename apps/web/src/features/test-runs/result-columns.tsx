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

/** Each metric's verdict, failures first. */
function Scores({ scores }: Pick<TestResultItem, "scores">) {
  const sorted = [...scores].sort((a, b) => rank[a.verdict] - rank[b.verdict]);
  return (
    <span className={styles.scores}>
      {sorted.map((score) => {
        const Sign = signs[score.verdict];
        const value = valueText(score);
        const title = `${score.metric_name}: ${words[score.verdict]}${value === "" ? "" : ` (${value})`}`;
        return (
          <span key={score.metric_id} className={styles.score} data-verdict={score.verdict} title={title}>
            <Sign size={12} aria-label={words[score.verdict]} />
            <span className={styles.scoreName}>{score.metric_name}</span>
          </span>
        );
      })}
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
