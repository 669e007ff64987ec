import { Badge, Code, Group, Select } from "@mantine/core";
import { IconPlugConnected, IconPlus } from "@tabler/icons-react";
import { createLazyRoute, useNavigate } from "@tanstack/react-router";
import type { ReactNode } from "react";
import type { EndpointItem } from "@rhesis/router/endpoint/schema";
import { trpc } from "../../api/trpc.ts";
import { useCan, useFeature } from "../../session/member.tsx";
import { useProjectId } from "../../shell/project.ts";
import { DataTable } from "../../ui/data-table.tsx";
import type { Column } from "../../ui/data-table-column.ts";
import { EmptyState, NothingMatches } from "../../ui/empty-state.tsx";
import { FilterBar } from "../../ui/filter-bar.tsx";
import { ButtonLink, RowLink } from "../../ui/link.tsx";
import { listPaging, pageSize, useListPages } from "../../ui/list-pages.ts";
import { Page } from "../../ui/page.tsx";
import { PageHeader } from "../../ui/page-header.tsx";
import { RelativeTime } from "../../ui/relative-time.tsx";
import { SearchField } from "../../ui/search-field.tsx";
import { ConnectedBadge } from "./connected-function.tsx";
import { offering, useConnections } from "./connections.ts";
import { environmentLabels, environmentOptions } from "./environments.ts";

export const Route = createLazyRoute("/endpoints")({ component: EndpointsPage });

const columns: readonly Column<EndpointItem, "name" | "created_at">[] = [
  {
    key: "name",
    title: "Name",
    width: "minmax(180px, 2fr)",
    sort: "name",
    cell: (row) => (
      <RowLink to="/endpoints/$id" params={{ id: row.id }}>
        {row.name}
      </RowLink>
    ),
  },
  {
    key: "url",
    title: "Address",
    width: "minmax(200px, 3fr)",
    wide_only: true,
    cell: (row) => <CalledAt row={row} />,
  },
  {
    key: "environment",
    title: "Environment",
    width: "130px",
    cell: (row) => (
      <Badge variant="default" fw={500} tt="none">
        {environmentLabels[row.environment]}
      </Badge>
    ),
  },
  {
    key: "created_at",
    title: "Created",
    width: "156px",
    sort: "created_at",
    wide_only: true,
    cell: (row) => <RelativeTime date={row.created_at} />,
  },
];

function CalledAt({ row }: { row: EndpointItem }) {
  const { connector } = row;
  // All rows share one question.
  const connections = useConnections(connector !== null);
  if (connector === null) {
    return (
      <>
        <Code mr={6}>{row.method}</Code>
        {row.url}
      </>
    );
  }
  return (
    <Group gap={8} wrap="nowrap">
      <span>
        <Code mr={6}>function</Code>
        {connector.function} in {connector.environment}
      </span>
      {connections !== undefined && (
        <ConnectedBadge is_connected={offering(connections, row.project_id, connector).length > 0} />
      )}
    </Group>
  );
}

function EndpointsPage() {
  const search = Route.useSearch();
  const navigate = useNavigate({ from: "/endpoints" });
  const can = useCan();
  const project_id = useProjectId();
  const { q, sort, environment } = search;
  const pages = useListPages(
    trpc.endpoint.list.infiniteQueryOptions({ q, sort, environment, project_id, limit: pageSize }, listPaging),
  );
  const set = (changes: Partial<typeof search>) =>
    void navigate({ search: (before) => ({ ...before, ...changes }), replace: true });
  const isFiltered = q !== undefined || environment !== undefined;
  const clear = () => set({ q: undefined, environment: undefined });
  const create = can("endpoint:create") && (
    <ButtonLink to="/endpoints/new" leftSection={<IconPlus size={16} />}>
      Connect an endpoint
    </ButtonLink>
  );
  return (
    <Page fill>
      <PageHeader
        title="Endpoints"
        description="The applications you test, and how to call each of them."
        actions={(pages.total !== 0 || isFiltered) && create}
      />
      <FilterBar onClear={isFiltered ? clear : null}>
        <SearchField value={q} onChange={(next) => set({ q: next })} label="Search endpoints" />
        <Select
          aria-label="Environment"
          placeholder="Any environment"
          data={environmentOptions}
          value={environment ?? null}
          onChange={(value) => set({ environment: value ?? undefined })}
          clearable
          w={180}
        />
      </FilterBar>
      <DataTable
        label="Endpoints"
        columns={columns}
        pages={pages}
        sort={sort}
        onSort={(next) => set({ sort: next })}
        onOpen={(row) => void navigate({ to: "/endpoints/$id", params: { id: row.id } })}
        empty={isFiltered ? <NothingMatches onClear={clear} /> : <NoEndpoints create={create} />}
      />
    </Page>
  );
}

function NoEndpoints({ create }: { create: ReactNode }) {
  const isOn = useFeature();
  return (
    <EmptyState
      icon={<IconPlugConnected size={36} color="var(--soft)" aria-hidden />}
      title="Connect the application you want to test"
      action={create}
    >
      An endpoint is the address of your chatbot or agent, with what to send and where its answer stands.
      {isOn("endpoint_trial") && " You can try it before you save it."}
    </EmptyState>
  );
}
