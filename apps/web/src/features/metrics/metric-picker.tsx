import { useState } from "react";
import { describeMetric } from "@rhesis/engine/metric/catalog";
import type { MetricItem } from "@rhesis/router/metric/schema";
import { trpc } from "../../api/trpc.ts";
import type { Column } from "../../ui/data-table-column.ts";
import { EmptyState } from "../../ui/empty-state.tsx";
import { listPaging, pageSize, useListPages } from "../../ui/list-pages.ts";
import { PickMany } from "../../ui/pick-many.tsx";
import { notifyFailure } from "../../ui/notices.ts";
import { TextLink } from "../../ui/link.tsx";

const columns: Column<MetricItem>[] = [
  { key: "name", title: "Name", width: "minmax(200px, 2fr)", cell: (row) => row.name },
  {
    key: "kind",
    title: "Kind",
    width: "minmax(140px, 1fr)",
    wide_only: true,
    cell: (row) => describeMetric(row.implementation).title,
  },
];

type Props = { opened: boolean; onClose: () => void; title: string; onPick: (ids: string[]) => Promise<unknown> };

/** Choosing metrics for a requirement, a test set or a run. */
export function MetricPicker({ opened, onClose, title, onPick }: Props) {
  const [q, setQ] = useState<string | undefined>(undefined);
  const input = { limit: pageSize, sort: "name" as const, ...(q === undefined ? {} : { q }) };
  const pages = useListPages(trpc.metric.list.infiniteQueryOptions(input, { ...listPaging, enabled: opened }));
  const empty =
    q === undefined ? (
      <EmptyState title="There are no metrics yet" action={<TextLink to="/metrics/new">Create a metric</TextLink>}>
        A metric says how an answer is scored and what passes.
      </EmptyState>
    ) : (
      <EmptyState title="Nothing matches">No metric has this in its name or description.</EmptyState>
    );
  return (
    <PickMany
      opened={opened}
      onClose={onClose}
      title={title}
      noun={["metric", "metrics"]}
      action="Attach"
      columns={columns}
      pages={pages}
      q={q}
      onSearch={setQ}
      empty={empty}
      onPick={(ids) => onPick(ids).catch((error: unknown) => (notifyFailure(error), Promise.reject(error)))}
    />
  );
}
