import { Button, Text, UnstyledButton } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState, type ReactNode } from "react";
import type { ResultSummary } from "@rhesis/router/test-result/schema";
import { trpc } from "../../api/trpc.ts";
import type { ResultFilters } from "../test-results/result-filters.ts";
import styles from "./test-run.module.css";

type Props = { test_run_id: string; filters: ResultFilters; onChange: (changes: Partial<ResultFilters>) => void };
type ErrorGroup = ResultSummary["by_error"][number];
type MetricGroup = ResultSummary["by_metric"][number];

const shownAtFirst = 3;

/** Why results do not pass: errors by cause, failures by metric. Pressing one shows its results, again all. */
export function RunCauses({ test_run_id, filters, onChange }: Props) {
  const { data } = useQuery(trpc.test_result.summary.queryOptions({ test_run_id }));
  if (data === undefined) return null;
  const failing = data.by_metric.filter(({ fail }) => fail > 0).sort((a, b) => b.fail - a.fail);
  return (
    <>
      <Causes label="Errors by cause" groups={data.by_error}>
        {(group) => <ErrorChip key={`${group.error_code} ${group.error_cause}`} {...{ group, filters, onChange }} />}
      </Causes>
      <Causes label="Failures by metric" groups={failing}>
        {(group) => <MetricChip key={group.metric_id} {...{ group, filters, onChange }} />}
      </Causes>
    </>
  );
}

function Causes<Group>(props: { label: string; groups: readonly Group[]; children: (group: Group) => ReactNode }) {
  const { label, groups, children } = props;
  const [isOpen, setOpen] = useState(false);
  if (groups.length === 0) return null;
  const shown = isOpen ? groups : groups.slice(0, shownAtFirst);
  return (
    <div className={styles.causes} role="group" aria-label={label}>
      <Text span size="sm" c="dimmed" className={styles.causesLabel}>
        {label}
      </Text>
      {shown.map(children)}
      {groups.length > shownAtFirst && (
        <Button variant="subtle" size="compact-sm" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
          {isOpen ? "Show fewer" : `Show all ${groups.length}`}
        </Button>
      )}
    </div>
  );
}

/** A message that came once is shown as it is: what was left out of it tells nothing apart. */
function titleOf({ error_cause, example, total }: ErrorGroup): string {
  const title = total === 1 ? example : error_cause;
  return title === "" ? "An error without a message" : title;
}

type ChipProps<Group> = Omit<Props, "test_run_id"> & { group: Group };

const noCause = { error_code: undefined, error_cause: undefined };
const noMetric = { metric: undefined, metric_verdict: undefined };

function ErrorChip({ group, filters, onChange }: ChipProps<ErrorGroup>) {
  const { error_code, error_cause, total, example } = group;
  const isChosen = filters.error_cause === error_cause && filters.error_code === (error_code ?? undefined);
  const choose = () =>
    onChange({
      ...noMetric,
      verdict: undefined,
      status: undefined,
      ...(isChosen ? noCause : { error_code: error_code ?? undefined, error_cause }),
    });
  return (
    <UnstyledButton className={styles.chip} aria-pressed={isChosen} title={example} onClick={choose}>
      <strong>{total.toLocaleString("en")}</strong>
      <span aria-hidden>×</span>
      <span className={styles.cause}>{titleOf(group)}</span>
    </UnstyledButton>
  );
}

function MetricChip({ group, filters, onChange }: ChipProps<MetricGroup>) {
  const { metric_id, metric_name, fail, total } = group;
  const isChosen = filters.metric === metric_id && filters.metric_verdict === "fail";
  const choose = () =>
    onChange({
      ...noCause,
      verdict: undefined,
      status: undefined,
      ...(isChosen ? noMetric : { metric: metric_id, metric_verdict: "fail" as const }),
    });
  return (
    <UnstyledButton
      className={styles.chip}
      aria-pressed={isChosen}
      title={`${metric_name} fails ${fail.toLocaleString("en")} of ${total.toLocaleString("en")} results it has scored`}
      onClick={choose}
    >
      <strong>{fail.toLocaleString("en")}</strong>
      <span aria-hidden>×</span>
      <span className={styles.cause}>{metric_name}</span>
    </UnstyledButton>
  );
}
