import { Select, Switch } from "@mantine/core";
import { IconFlask, IconPlus } from "@tabler/icons-react";
import { createLazyRoute, useNavigate } from "@tanstack/react-router";
import type { ReactNode } from "react";
import type { Experiment } from "@rhesis/router/experiment/schema";
import { trpc } from "../../api/trpc.ts";
import { useCan, useSession } from "../../session/member.tsx";
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
import { VisibilityBadge } from "./visibility-badge.tsx";

export const Route = createLazyRoute("/experiments/")({ component: ExperimentsPage });

type Sort = "created_at" | "name";

const columns: readonly Column<Experiment, Sort>[] = [
  {
    key: "name",
    title: "Name",
    sort: "name",
    width: "minmax(180px, 1.4fr)",
    cell: (row) => (
      <RowLink to="/experiments/$id" params={{ id: row.id }} title={row.name}>
        {row.name}
      </RowLink>
    ),
  },
  {
    key: "description",
    title: "What it tries out",
    width: "minmax(180px, 2fr)",
    wide_only: true,
    cell: (row) => row.description,
  },
  {
    key: "latest_version",
    title: "Newest",
    width: "90px",
    cell: (row) => (row.latest_version === 0 ? "–" : `v${row.latest_version}`),
  },
  {
    key: "visibility",
    title: "Seen by",
    width: "120px",
    cell: (row) => <VisibilityBadge visibility={row.visibility} />,
  },
  { key: "owner", title: "Owner", width: "minmax(120px, 1fr)", wide_only: true, cell: (row) => row.owner_name ?? "–" },
  {
    key: "created_at",
    title: "Created",
    sort: "created_at",
    width: "156px",
    wide_only: true,
    cell: (row) => <RelativeTime date={row.created_at} />,
  },
];

const noFilters = { q: undefined, visibility: undefined, mine: undefined };

function ExperimentsPage() {
  const search = Route.useSearch();
  const navigate = useNavigate({ from: "/experiments" });
  const can = useCan();
  const { me } = useSession();
  const project_id = useProjectId();
  const { q, sort, visibility, mine } = search;
  const owner_id = mine === true ? me.user.id : undefined;
  const input = { q, sort, visibility, owner_id, project_id, limit: pageSize };
  const pages = useListPages(trpc.experiment.list.infiniteQueryOptions(input, listPaging));
  const set = (changes: Partial<typeof search>) =>
    void navigate({ search: (before) => ({ ...before, ...changes }), replace: true });
  const isFiltered = q !== undefined || visibility !== undefined || mine === true;
  const create = can("experiment:create") && (
    <ButtonLink to="/experiments/new" leftSection={<IconPlus size={16} />}>
      New experiment
    </ButtonLink>
  );
  return (
    <Page fill>
      <PageHeader
        title="Experiments"
        description="Each holds versions of the project's parameters. Run test sets with them, compare, and promote the best."
        actions={(pages.total !== 0 || isFiltered) && create}
      />
      <Filters search={search} set={set} onClear={isFiltered ? () => set(noFilters) : null} />
      <DataTable
        label="Experiments"
        columns={columns}
        pages={pages}
        sort={sort}
        onSort={(by) => set({ sort: by })}
        onOpen={(row) => void navigate({ to: "/experiments/$id", params: { id: row.id } })}
        empty={isFiltered ? <NothingMatches onClear={() => set(noFilters)} /> : <NoExperiments create={create} />}
      />
    </Page>
  );
}

type Search = ReturnType<typeof Route.useSearch>;
type FilterProps = { search: Search; set: (changes: Partial<Search>) => void; onClear: (() => void) | null };

function Filters({ search, set, onClear }: FilterProps) {
  return (
    <FilterBar onClear={onClear}>
      <SearchField value={search.q} onChange={(text) => set({ q: text })} label="Search experiments" />
      <Select
        aria-label="Seen by"
        placeholder="Private and shared"
        data={[
          { value: "private", label: "Private" },
          { value: "shared", label: "Shared" },
        ]}
        value={search.visibility ?? null}
        onChange={(value) => set({ visibility: value ?? undefined })}
        clearable
        w={180}
      />
      <Switch
        label="Only mine"
        checked={search.mine === true}
        onChange={(event) => set({ mine: event.currentTarget.checked ? true : undefined })}
      />
    </FilterBar>
  );
}

function NoExperiments({ create }: { create: ReactNode }) {
  return (
    <EmptyState
      icon={<IconFlask size={36} color="var(--soft)" aria-hidden />}
      title="No experiments yet"
      action={create}
    >
      Try out another prompt, tone or model: save its values as a version, run your tests with it, and see whether it
      does better.
    </EmptyState>
  );
}
