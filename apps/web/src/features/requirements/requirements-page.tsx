import { Text } from "@mantine/core";
import { IconPlus } from "@tabler/icons-react";
import { createLazyRoute, useNavigate } from "@tanstack/react-router";
import type { ReactNode } from "react";
import type { Requirement } from "@rhesis/router/requirement/schema";
import { trpc } from "../../api/trpc.ts";
import { useCan } from "../../session/member.tsx";
import type { Column } from "../../ui/data-table-column.ts";
import { DataTable } from "../../ui/data-table.tsx";
import { EmptyState, NothingMatches } from "../../ui/empty-state.tsx";
import { FilterBar } from "../../ui/filter-bar.tsx";
import { listPaging, pageSize, useListPages } from "../../ui/list-pages.ts";
import { PageHeader } from "../../ui/page-header.tsx";
import { Beside, Page } from "../../ui/page.tsx";
import { RelativeTime } from "../../ui/relative-time.tsx";
import { SearchField } from "../../ui/search-field.tsx";
import { idOrderOf } from "../../ui/open-row.ts";
import { neighboursOf } from "../../ui/side-panel.tsx";
import { RequirementPanel } from "./requirement-panel.tsx";
import { ButtonLink, RowLink } from "../../ui/link.tsx";

type Sort = "created_at" | "name";

const columns: Column<Requirement, Sort>[] = [
  {
    key: "name",
    title: "Name",
    sort: "name",
    width: "minmax(200px, 1.2fr)",
    cell: (row) => (
      <RowLink to="/requirements/$id" params={{ id: row.id }} title={row.name}>
        {row.name}
      </RowLink>
    ),
  },
  {
    key: "description",
    title: "In detail",
    width: "minmax(200px, 2fr)",
    wide_only: true,
    cell: (row) => (
      <Text span size="sm" c="dimmed">
        {row.description}
      </Text>
    ),
  },
  {
    key: "created_at",
    title: "Created",
    sort: "created_at",
    width: "156px",
    cell: (row) => <RelativeTime date={row.created_at} />,
  },
];

function RequirementsPage() {
  const search = Route.useSearch();
  const navigate = useNavigate({ from: "/requirements" });
  const can = useCan();
  const { q, sort, open } = search;
  const set = (changes: Partial<typeof search>) =>
    void navigate({ search: (before) => ({ ...before, ...changes }), replace: true });
  const input = { limit: pageSize, ...(q === undefined ? {} : { q }), ...(sort === undefined ? {} : { sort }) };
  const pages = useListPages(trpc.requirement.list.infiniteQueryOptions(input, listPaging));
  const { previous, next } = neighboursOf(pages.rows, open);
  const create = can("requirement:create") && (
    <ButtonLink to="/requirements/new" leftSection={<IconPlus size={16} />}>
      New requirement
    </ButtonLink>
  );
  const clear = () => set({ q: undefined });
  return (
    <Page fill>
      <PageHeader
        title="Requirements"
        description="What the application has to get right. Metrics attached here score every test of the requirement."
        actions={(pages.total !== 0 || q !== undefined) && create}
      />
      <FilterBar onClear={null}>
        <SearchField value={q} onChange={(text) => set({ q: text })} label="Search requirements" />
      </FilterBar>
      <Beside>
        <DataTable
          label="Requirements"
          columns={columns}
          pages={pages}
          sort={sort}
          onSort={(by) => set({ sort: by })}
          openId={open}
          idOrder={idOrderOf(sort)}
          onOpen={(row) => set({ open: row.id })}
          onClose={() => set({ open: undefined })}
          empty={q === undefined ? <NoRequirements create={create || undefined} /> : <NothingMatches onClear={clear} />}
        />
        {open !== undefined && (
          <RequirementPanel
            key={open}
            id={open}
            onClose={() => set({ open: undefined })}
            onPrevious={previous === null ? null : () => set({ open: previous.id })}
            onNext={next === null ? null : () => set({ open: next.id })}
          />
        )}
      </Beside>
    </Page>
  );
}

function NoRequirements({ create }: { create: ReactNode }) {
  return (
    <EmptyState title="No requirements yet" action={create}>
      Start with one thing your users count on, such as “Gives the right figures” or “Declines to give legal advice”.
    </EmptyState>
  );
}

export const Route = createLazyRoute("/requirements")({ component: RequirementsPage });
