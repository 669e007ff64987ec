import { Select, Text } from "@mantine/core";
import { IconPlus } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { createLazyRoute, useNavigate } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { describeMetric, metricCatalog } from "@rhesis/engine/metric/catalog";
import type { MetricImplementation } from "@rhesis/engine/metric/schema";
import type { MetricItem } from "@rhesis/router/metric/schema";
import { trpc } from "../../api/trpc.ts";
import { useCan } from "../../session/member.tsx";
import type { Column } from "../../ui/data-table-column.ts";
import { DataTable } from "../../ui/data-table.tsx";
import { EmptyState, NothingMatches } from "../../ui/empty-state.tsx";
import { FilterBar } from "../../ui/filter-bar.tsx";
import { listPaging, pageSize, useListPages } from "../../ui/list-pages.ts";
import { PageHeader } from "../../ui/page-header.tsx";
import { Page } from "../../ui/page.tsx";
import { RelativeTime } from "../../ui/relative-time.tsx";
import { SearchField } from "../../ui/search-field.tsx";
import { byGroup } from "./metric-groups.ts";
import { passesWhen } from "./passes-when.ts";
import { ButtonLink, RowLink } from "../../ui/link.tsx";

type Sort = "created_at" | "name";

/** Lists carry no settings, so the sentence is asked for only where a row is on the screen, and kept. */
function PassesWhen({ id, implementation }: { id: string; implementation: MetricImplementation }) {
  const { data } = useQuery(trpc.metric.get.queryOptions({ id }, { staleTime: 5 * 60_000 }));
  const text = data === undefined ? describeMetric(implementation).description : passesWhen(data.parameters);
  return (
    <Text span size="sm" c="dimmed" title={text}>
      {text}
    </Text>
  );
}

const columns: Column<MetricItem, Sort>[] = [
  {
    key: "name",
    title: "Name",
    sort: "name",
    width: "minmax(190px, 1.4fr)",
    cell: (row) => (
      <RowLink to="/metrics/$id" params={{ id: row.id }} title={row.name}>
        {row.name}
      </RowLink>
    ),
  },
  {
    key: "kind",
    title: "Kind",
    width: "minmax(130px, 0.8fr)",
    cell: (row) => describeMetric(row.implementation).title,
  },
  {
    key: "passes",
    title: "What passes",
    width: "minmax(220px, 3fr)",
    wide_only: true,
    cell: (row) => <PassesWhen id={row.id} implementation={row.implementation} />,
  },
  {
    key: "created_at",
    title: "Created",
    sort: "created_at",
    width: "156px",
    wide_only: true,
    cell: (row) => <RelativeTime date={row.created_at} />,
  },
];

const kinds = byGroup(metricCatalog).map(({ group, items }) => ({
  group,
  items: items.map(({ implementation, title }) => ({ value: implementation, label: title })),
}));

function MetricsPage() {
  const search = Route.useSearch();
  const navigate = useNavigate({ from: "/metrics" });
  const can = useCan();
  const { q, sort, kind } = search;
  const set = (changes: Partial<typeof search>) =>
    void navigate({ search: (before) => ({ ...before, ...changes }), replace: true });
  const input = {
    limit: pageSize,
    ...(q === undefined ? {} : { q }),
    ...(sort === undefined ? {} : { sort }),
    ...(kind === undefined ? {} : { implementation: kind }),
  };
  const pages = useListPages(trpc.metric.list.infiniteQueryOptions(input, listPaging));
  const isFiltered = q !== undefined || kind !== undefined;
  const clear = () => set({ q: undefined, kind: undefined });
  const create = can("metric:create") && (
    <ButtonLink to="/metrics/new" leftSection={<IconPlus size={16} />}>
      New metric
    </ButtonLink>
  );
  return (
    <Page fill>
      <PageHeader
        title="Metrics"
        description="How an answer is scored, and what passes. Attach metrics to requirements or to a test set."
        actions={(pages.total !== 0 || isFiltered) && create}
      />
      <FilterBar onClear={isFiltered ? clear : null}>
        <SearchField value={q} onChange={(next) => set({ q: next })} label="Search metrics" />
        <Select
          aria-label="Kind"
          placeholder="All kinds"
          w={200}
          clearable
          data={kinds}
          value={kind ?? null}
          onChange={(next) => set({ kind: (next as MetricImplementation | null) ?? undefined })}
        />
      </FilterBar>
      <DataTable
        label="Metrics"
        columns={columns}
        pages={pages}
        sort={sort}
        onSort={(next) => set({ sort: next })}
        onOpen={(row) => void navigate({ to: "/metrics/$id", params: { id: row.id } })}
        empty={isFiltered ? <NothingMatches onClear={clear} /> : <NoMetrics create={create || undefined} />}
      />
    </Page>
  );
}

function NoMetrics({ create }: { create: ReactNode }) {
  return (
    <EmptyState title="No metrics yet" action={create}>
      A metric looks at one answer and says whether it passes: by its words, its structure, its speed, or by asking a
      language model.
    </EmptyState>
  );
}

export const Route = createLazyRoute("/metrics")({ component: MetricsPage });
