import { Text } from "@mantine/core";
import { IconAlertTriangle, IconCalendarClock, IconPlus } from "@tabler/icons-react";
import { createLazyRoute, useNavigate } from "@tanstack/react-router";
import type { ReactNode } from "react";
import type { ScheduleItem } from "@rhesis/router/schedule/schema";
import { trpc } from "../../api/trpc.ts";
import { useCan } from "../../session/member.tsx";
import { useProjectId } from "../../shell/project.ts";
import type { Column } from "../../ui/data-table-column.ts";
import { DataTable } from "../../ui/data-table.tsx";
import { EmptyState, NothingMatches } from "../../ui/empty-state.tsx";
import { FilterBar } from "../../ui/filter-bar.tsx";
import { ButtonLink, RowLink, TextLink } from "../../ui/link.tsx";
import { listPaging, pageSize, useListPages } from "../../ui/list-pages.ts";
import { PageHeader } from "../../ui/page-header.tsx";
import { Page } from "../../ui/page.tsx";
import { PassRate } from "../../ui/pass-rate.tsx";
import { RelativeTime } from "../../ui/relative-time.tsx";
import { SearchField } from "../../ui/search-field.tsx";
import { routineText } from "./routine.ts";
import { ScheduleSwitch } from "./schedule-switch.tsx";

export const Route = createLazyRoute("/test-runs/schedules")({ component: SchedulesPage });

type Sort = "created_at" | "name";

/** The clock changes what is shown, and nothing tells of it. */
const refreshMs = 30_000;

const columns: readonly Column<ScheduleItem, Sort>[] = [
  {
    key: "name",
    title: "Name",
    sort: "name",
    width: "minmax(140px, 1.3fr)",
    cell: (row) => <NameCell row={row} />,
  },
  {
    key: "what",
    title: "Runs",
    width: "minmax(140px, 1.2fr)",
    wide_only: true,
    cell: (row) => (
      <Two
        first={row.test_set_name}
        second={
          <Text span size="xs" c="dimmed" title={row.endpoint_name}>
            against {row.endpoint_name}
          </Text>
        }
      />
    ),
  },
  {
    key: "when",
    title: "When",
    width: "minmax(140px, 1fr)",
    wide_only: true,
    cell: (row) => (
      <Two
        first={routineText(row.cron)}
        second={
          <Text span size="xs" c="dimmed">
            {row.time_zone}
          </Text>
        }
      />
    ),
  },
  {
    key: "next_at",
    title: "Next run",
    width: "120px",
    wide_only: true,
    cell: (row) => <RelativeTime date={row.next_at} empty="Switched off" />,
  },
  { key: "last_run", title: "Last run", width: "minmax(120px, 1fr)", cell: (row) => <LastRun row={row} /> },
  { key: "enabled", title: "On", width: "64px", cell: (row) => <ScheduleSwitch schedule={row} /> },
];

function Two({ first, second }: { first: string; second: ReactNode }) {
  return (
    <div style={{ minWidth: 0 }}>
      <div className="one-line" title={first}>
        {first}
      </div>
      <div className="one-line">{second}</div>
    </div>
  );
}

function NameCell({ row }: { row: ScheduleItem }) {
  return (
    <div style={{ minWidth: 0 }}>
      <div className="one-line">
        <RowLink to="/test-runs/schedules/$id" params={{ id: row.id }} title={row.name}>
          {row.name}
        </RowLink>
      </div>
      {row.last_error !== null && (
        <Text size="xs" c="var(--inconclusive)" className="one-line" title={row.last_error}>
          <IconAlertTriangle size={12} aria-hidden /> {row.last_error}
        </Text>
      )}
    </div>
  );
}

function LastRun({ row: { last_run } }: { row: ScheduleItem }) {
  if (last_run === null) return "–";
  if (last_run.status === "completed") return <PassRate counts={last_run} />;
  return (
    <TextLink to="/test-runs/$id" params={{ id: last_run.id }} size="sm">
      {words[last_run.status]}
    </TextLink>
  );
}

const words = {
  queued: "Waiting",
  running: "Running",
  paused: "Paused",
  completed: "Completed",
  failed: "Stopped by a fault",
  cancelled: "Cancelled",
};

function SchedulesPage() {
  const search = Route.useSearch();
  const navigate = useNavigate({ from: "/test-runs/schedules" });
  const can = useCan();
  const project_id = useProjectId();
  const { q, sort } = search;
  const input = { q, sort, project_id, limit: pageSize };
  const pages = useListPages({
    ...trpc.schedule.list.infiniteQueryOptions(input, listPaging),
    refetchInterval: refreshMs,
  });
  const set = (changes: Partial<typeof search>) =>
    void navigate({ search: (before) => ({ ...before, ...changes }), replace: true });
  const create = can("schedule:create") && (
    <ButtonLink to="/test-runs/schedules/new" leftSection={<IconPlus size={16} />}>
      New schedule
    </ButtonLink>
  );
  return (
    <Page fill>
      <PageHeader
        title="Schedules"
        description="Each runs a test set against an endpoint by the clock."
        actions={(pages.total !== 0 || q !== undefined) && create}
      />
      <FilterBar onClear={q === undefined ? null : () => set({ q: undefined })}>
        <SearchField value={q} onChange={(text) => set({ q: text })} label="Search schedules" />
      </FilterBar>
      <DataTable
        label="Schedules"
        columns={columns}
        pages={pages}
        rowHeight={56}
        sort={sort}
        onSort={(by) => set({ sort: by })}
        onOpen={(row) => void navigate({ to: "/test-runs/schedules/$id", params: { id: row.id } })}
        empty={
          q === undefined ? <NoSchedules create={create} /> : <NothingMatches onClear={() => set({ q: undefined })} />
        }
      />
    </Page>
  );
}

function NoSchedules({ create }: { create: ReactNode }) {
  return (
    <EmptyState
      icon={<IconCalendarClock size={36} color="var(--soft)" aria-hidden />}
      title="No schedules yet"
      action={create}
    >
      Run a test set every night, and see in the morning whether the application still does what it should.
    </EmptyState>
  );
}
