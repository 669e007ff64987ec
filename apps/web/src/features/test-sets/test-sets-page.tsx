import { Text } from "@mantine/core";
import { IconPlus } from "@tabler/icons-react";
import { createLazyRoute, useNavigate } from "@tanstack/react-router";
import type { TestSet } from "@rhesis/router/test-set/schema";
import { trpc } from "../../api/trpc.ts";
import { useCan } from "../../session/member.tsx";
import { useProjectId } from "../../shell/project.ts";
import type { Column } from "../../ui/data-table-column.ts";
import { DataTable } from "../../ui/data-table.tsx";
import { EmptyState, NothingMatches } from "../../ui/empty-state.tsx";
import { FilterBar } from "../../ui/filter-bar.tsx";
import { ButtonLink, RowLink } from "../../ui/link.tsx";
import { listPaging, pageSize, useListPages } from "../../ui/list-pages.ts";
import { PageHeader } from "../../ui/page-header.tsx";
import { Page } from "../../ui/page.tsx";
import { RelativeTime } from "../../ui/relative-time.tsx";
import { SearchField } from "../../ui/search-field.tsx";

type Sort = "created_at" | "name";

const columns: Column<TestSet, Sort>[] = [
  {
    key: "name",
    title: "Name",
    sort: "name",
    width: "minmax(200px, 1.4fr)",
    cell: (row) => (
      <RowLink to="/test-sets/$id" params={{ id: row.id }} title={row.name}>
        {row.name}
      </RowLink>
    ),
  },
  {
    key: "description",
    title: "What it is for",
    width: "minmax(180px, 2fr)",
    wide_only: true,
    cell: (row) => (
      <Text span size="sm" c="dimmed">
        {row.description}
      </Text>
    ),
  },
  {
    key: "kind",
    title: "Holds",
    width: "130px",
    wide_only: true,
    cell: (row) => (row.kind === "multi_turn" ? "Conversations" : "Questions"),
  },
  {
    key: "test_count",
    title: "Tests",
    width: "90px",
    align: "end",
    cell: (row) => row.test_count.toLocaleString("en"),
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

function TestSetsPage() {
  const search = Route.useSearch();
  const navigate = useNavigate({ from: "/test-sets" });
  const can = useCan();
  const project_id = useProjectId();
  const { q, sort } = search;
  const set = (changes: Partial<typeof search>) =>
    void navigate({ search: (before) => ({ ...before, ...changes }), replace: true });
  const pages = useListPages(
    trpc.test_set.list.infiniteQueryOptions({ limit: pageSize, project_id, q, sort }, listPaging),
  );
  const create = can("test_set:create") && (
    <ButtonLink to="/test-sets/new" leftSection={<IconPlus size={16} />}>
      New test set
    </ButtonLink>
  );
  return (
    <Page fill>
      <PageHeader
        title="Test sets"
        description="Tests that run together against an endpoint."
        actions={(pages.total !== 0 || q !== undefined) && create}
      />
      <FilterBar onClear={null}>
        <SearchField value={q} onChange={(text) => set({ q: text })} label="Search test sets" />
      </FilterBar>
      <DataTable
        label="Test sets"
        columns={columns}
        pages={pages}
        sort={sort}
        onSort={(by) => set({ sort: by })}
        onOpen={(row) => void navigate({ to: "/test-sets/$id", params: { id: row.id } })}
        empty={
          q === undefined ? (
            <EmptyState title="No test sets yet" action={create}>
              A test set is what you run: all that must hold before a release, or everything about one topic.
            </EmptyState>
          ) : (
            <NothingMatches onClear={() => set({ q: undefined })} />
          )
        }
      />
    </Page>
  );
}

export const Route = createLazyRoute("/test-sets")({ component: TestSetsPage });
