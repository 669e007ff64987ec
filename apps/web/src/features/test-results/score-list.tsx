import { Group, Text } from "@mantine/core";
import type { Score } from "@rhesis/router/test-result/schema";
import type { PlanSummary } from "@rhesis/router/test-run/schema";
import { CodeBlock } from "../../ui/json-view.tsx";
import { prettyText } from "../../ui/pretty-json.ts";
import { durationText } from "../../ui/relative-time.tsx";
import { VerdictBadge } from "../../ui/verdict-badge.tsx";
import { passesWhen } from "../metrics/passes-when.ts";
import { shownScore } from "../metrics/shown-score.ts";
import styles from "./result.module.css";

const rank = { fail: 0, inconclusive: 1, pass: 2 };

/** What each metric says and why, failures first. */
export function ScoreList({ scores, plan }: { scores: readonly Score[]; plan: PlanSummary }) {
  const sorted = [...scores].sort((a, b) => rank[a.verdict] - rank[b.verdict]);
  return (
    <ul className={styles.scores}>
      {sorted.map((score) => (
        <ScoreItem key={score.metric_id} score={score} plan={plan} />
      ))}
    </ul>
  );
}

function ScoreItem({ score, plan }: { score: Score; plan: PlanSummary }) {
  const parameters = plan.metrics.find((metric) => metric.id === score.metric_id)?.parameters;
  const model = plan.models.find(({ id }) => id === score.model_id);
  const value = shownScore({ value: score.value, label: score.label, parameters });
  const judge = [
    model === undefined ? "" : `${model.name} (${model.model_name})`,
    model === undefined ? "" : durationText(score.duration_ms),
    score.input_tokens === null ? "" : `${score.input_tokens} + ${score.output_tokens ?? 0} tokens`,
    score.cost === null || score.cost === 0 ? "" : `$${score.cost.toFixed(4)}`,
  ].filter((part) => part !== "");
  return (
    <li className={styles.score}>
      <Group justify="space-between" gap="xs" align="flex-start">
        <Group gap="xs" style={{ minWidth: 0 }}>
          <VerdictBadge verdict={score.verdict} />
          <Text size="sm" fw={600} className="break-words" title={parameters && passesWhen(parameters)}>
            {score.metric_name}
          </Text>
        </Group>
        <Text size="sm">{value}</Text>
      </Group>
      {score.reason !== "" && (
        <Text size="sm" mt={4} className="break-words">
          {score.reason}
        </Text>
      )}
      {judge.length > 0 && (
        <Text size="xs" c="dimmed" mt={4}>
          Judged by {judge.join(" · ")}
        </Text>
      )}
      {score.raw !== null && (
        <details style={{ marginTop: 6 }}>
          <summary>
            <Text span size="xs" c="dimmed">
              What the judge answered, word for word
            </Text>
          </summary>
          <CodeBlock text={prettyText(score.raw)} label="Judge's answer" height={240} />
        </details>
      )}
    </li>
  );
}
