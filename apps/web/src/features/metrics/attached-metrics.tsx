/** Metrics attached to something, with what each lets pass; attaching and detaching. */
import { ActionIcon, Alert, Button, Group, Skeleton, Stack, Text, Tooltip } from "@mantine/core";
import { IconLink, IconPlus, IconUnlink } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { describeMetric } from "@rhesis/engine/metric/catalog";
import type { MetricItem } from "@rhesis/router/metric/schema";
import { trpc } from "../../api/trpc.ts";
import { ErrorState } from "../../ui/error-state.tsx";
import type { ListPages } from "../../ui/list-pages.ts";
import { LoadMore } from "../../ui/load-more.tsx";
import { notifyFailure, offerToRevert } from "../../ui/notices.ts";
import { MetricPicker } from "./metric-picker.tsx";
import { passesWhen } from "./passes-when.ts";
import styles from "./attached-metrics.module.css";
import { ButtonLink } from "../../ui/link.tsx";

type Props = {
  pages: ListPages<MetricItem>;
  editable: boolean;
  /** What a metric created from here is attached to. */
  createSearch: { requirement?: string; test_set?: string };
  pickTitle: string;
  emptyText: string;
  /** Without any here all is well: others count. */
  isOptional?: boolean;
  onAttach: (metric_ids: string[]) => Promise<unknown>;
  onDetach: (metric_id: string) => Promise<unknown>;
};

export function AttachedMetrics(props: Props) {
  const { pages, editable, createSearch, emptyText, isOptional = false } = props;
  const [isPicking, setPicking] = useState(false);
  const detach = async ({ id, name }: MetricItem) => {
    try {
      await props.onDetach(id);
      const message = `“${name}” is detached. The metric itself stays.`;
      offerToRevert(message, () => props.onAttach([id]), `“${name}” is attached again.`);
    } catch (error) {
      notifyFailure(error);
    }
  };
  if (pages.error !== null && pages.rows.length === 0) return <ErrorState error={pages.error} onRetry={pages.retry} />;
  if (pages.is_loading) return <Skeleton height={72} />;
  return (
    <Stack gap="sm">
      {pages.rows.length === 0 ? (
        <Alert color={isOptional ? "gray" : "yellow"} title={isOptional ? "No metrics of its own" : "No metrics yet"}>
          {emptyText}
        </Alert>
      ) : (
        <ul className={styles.list}>
          {pages.rows.map((metric) => (
            <AttachedMetric key={metric.id} metric={metric} onDetach={editable ? () => void detach(metric) : null} />
          ))}
        </ul>
      )}
      <LoadMore pages={pages} />
      {editable && (
        <Group gap="xs">
          <Button
            variant={pages.rows.length === 0 && !isOptional ? "filled" : "light"}
            leftSection={<IconLink size={16} />}
            onClick={() => setPicking(true)}
          >
            Attach metrics
          </Button>
          <ButtonLink variant="subtle" to="/metrics/new" search={createSearch} leftSection={<IconPlus size={16} />}>
            New metric
          </ButtonLink>
        </Group>
      )}
      <MetricPicker
        opened={isPicking}
        onClose={() => setPicking(false)}
        title={props.pickTitle}
        onPick={props.onAttach}
      />
    </Stack>
  );
}

function AttachedMetric({ metric, onDetach }: { metric: MetricItem; onDetach: (() => void) | null }) {
  const { id, name, implementation } = metric;
  const { data } = useQuery(trpc.metric.get.queryOptions({ id }, { staleTime: 5 * 60_000 }));
  return (
    <li className={styles.item}>
      <div style={{ minWidth: 0, flex: 1 }}>
        <Group gap="xs" wrap="wrap">
          <Link to="/metrics/$id" params={{ id }} className={styles.name}>
            {name}
          </Link>
          <Text size="sm" c="dimmed">
            {describeMetric(implementation).title}
          </Text>
        </Group>
        <Text size="sm" className="break-words">
          {data === undefined ? " " : passesWhen(data.parameters)}
        </Text>
      </div>
      {onDetach !== null && (
        <Tooltip label="Detach">
          <ActionIcon variant="subtle" color="gray" aria-label={`Detach ${name}`} onClick={onDetach}>
            <IconUnlink size={16} />
          </ActionIcon>
        </Tooltip>
      )}
    </li>
  );
}
