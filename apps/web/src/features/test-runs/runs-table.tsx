import { Text } from "@mantine/core";
import { useNavigate } from "@tanstack/react-router";
import type { ReactNode } from "react";
import type { TestRunItem } from "@rhesis/router/test-run/schema";
import { trpc } from "../../api/trpc.ts";
import { useProjectId } from "../../shell/project.ts";
import type { Column } from "../../ui/data-table-column.ts";
import { DataTable } from "../../ui/data-table.tsx";
import { EmptyState } from "../../ui/empty-state.tsx";
import { ButtonLink, RowLink } from "../../ui/link.tsx";
import { listPaging, pageSize, useListPages } from "../../ui/list-pages.ts";
import { PassRate } from "../../ui/pass-rate.tsx";
import { durationText, RelativeTime } from "../../ui/relative-time.tsx";
import { FollowRuns } from "./follow-runs.tsx";
import { RunStatus } from "./run-status.tsx";

type Sort = "created_at";

const columns: Column<TestRunItem, Sort>[] = [
  {
    key: "name",
    title: "Run",
    width: "minmax(150px, 1.6fr)",
    cell: (row) => (
      <RowLink to="/test-runs/$id" params={{ id: row.id }} title={row.name}>
        {row.name}
      </RowLink>
    ),
  },
  { key: "status", title: "State", width: "150px", wide_only: true, cell: (row) => <RunStatus run={row} /> },
  { key: "pass_rate", title: "Passed", width: "minmax(150px, 1fr)", cell: (row) => <PassRate counts={row} /> },
  {
    key: "endpoint",
    title: "Endpoint",
    width: "minmax(130px, 1fr)",
    wide_only: true,
    cell: (row) => <span title={row.endpoint_name}>{row.endpoint_name}</span>,
  },
  {
    key: "total",
    title: "Results",
    width: "90px",
    align: "end",
    wide_only: true,
    cell: (row) => row.total.toLocaleString("en"),
  },
  {
    key: "took",
    title: "Took",
    width: "100px",
    align: "end",
    wide_only: true,
    cell: (row) =>
      row.started_at === null || row.finished_at === null ? (
        <Text span c="dimmed" size="sm">
          –
        </Text>
      ) : (
        durationText(row.finished_at.getTime() - row.started_at.getTime())
      ),
  },
  {
    key: "created_at",
    title: "Started",
    sort: "created_at",
    width: "156px",
    wide_only: true,
    cell: (row) => <RelativeTime date={row.created_at} />,
  },
];

type Props = {
  test_set_id?: string | undefined;
  endpoint_id?: string | undefined;
  experiment_id?: string | undefined;
  experiment_version?: number | undefined;
  schedule_id?: string | undefined;
  status?: TestRunItem["status"] | undefined;
  /** A part of the name. */
  q?: string | undefined;
  sort?: Sort | `-${Sort}` | undefined;
  onSort?: (sort: Sort | `-${Sort}` | undefined) => void;
  empty?: ReactNode;
  /** Offered where there is no run yet. */
  onRun?: () => void;
};

/** Runs, the newest first; those at work fill while one looks. */
export function RunsTable({ onSort, empty, ...asked }: Props) {
  const { test_set_id, endpoint_id, experiment_id, experiment_version, schedule_id, status, q, sort } = asked;
  const project_id = useProjectId();
  const navigate = useNavigate();
  const within = test_set_id === undefined && experiment_id === undefined ? { project_id } : {};
  const filters = {
    test_set_id,
    endpoint_id,
    experiment_id,
    experiment_version,
    schedule_id,
    status,
    q,
    sort,
    ...within,
  };
  const pages = useListPages(trpc.test_run.list.infiniteQueryOptions({ limit: pageSize, ...filters }, listPaging));
  return (
    <>
      <FollowRuns runs={pages.rows} />
      <DataTable
        label="Runs"
        columns={columns}
        pages={pages}
        sort={sort}
        {...(onSort === undefined ? {} : { onSort })}
        onOpen={(row) => void navigate({ to: "/test-runs/$id", params: { id: row.id } })}
        empty={
          empty ?? (
            <EmptyState
              title="No runs yet"
              action={
                test_set_id === undefined ? (
                  <ButtonLink to="/test-sets">Choose a test set to run</ButtonLink>
                ) : (
                  <ButtonLink to="/test-sets/$id" params={{ id: test_set_id }} search={{ run: true }}>
                    Run it
                  </ButtonLink>
                )
              }
            >
              A run asks an endpoint every test of a set and scores what it answers.
            </EmptyState>
          )
        }
      />
    </>
  );
}
