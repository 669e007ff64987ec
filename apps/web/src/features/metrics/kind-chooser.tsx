import { Text, Title } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { metricCatalog, type MetricDescription } from "@rhesis/engine/metric/catalog";
import { isJudge } from "@rhesis/engine/metric/schema";
import { useFeature } from "../../session/member.tsx";
import { durationText } from "../../ui/relative-time.tsx";
import { VerdictBadge } from "../../ui/verdict-badge.tsx";
import { byGroup } from "./metric-groups.ts";
import { passesWhen } from "./passes-when.ts";
import styles from "./metric.module.css";

function Example({ example }: Pick<MetricDescription, "example">) {
  const { input, outcome, parameters } = example;
  const answer = input.output.trim();
  return (
    <div className={styles.example}>
      <div>For example: {passesWhen(parameters)}</div>
      <div style={{ marginTop: 4 }}>
        “{answer}”{parameters.implementation === "latency" && ` after ${durationText(input.latency_ms)}`}{" "}
        <VerdictBadge verdict={outcome.verdict} />
      </div>
    </div>
  );
}

/** All kinds of metric, by what they look at, each with an example. */
export function KindChooser() {
  const isOn = useFeature();
  const kinds = metricCatalog.filter(({ implementation }) => isOn("llm_judge") || !isJudge(implementation));
  return (
    <>
      {byGroup(kinds).map(({ group, items }) => (
        <section key={group} aria-label={group}>
          <Title order={2} mb={8}>
            {group}
          </Title>
          <div className={styles.kinds}>
            {items.map(({ implementation, title, description, example }) => (
              <Link
                key={implementation}
                from="/metrics/new"
                to="."
                search={(before) => ({ ...before, kind: implementation })}
                className={styles.kind}
              >
                <Text fw={650}>{title}</Text>
                <Text size="sm">{description}</Text>
                <Example example={example} />
              </Link>
            ))}
          </div>
        </section>
      ))}
    </>
  );
}
