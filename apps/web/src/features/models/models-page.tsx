import { Badge, Group, Select } from "@mantine/core";
import { IconBrandOpenai, IconPlus } from "@tabler/icons-react";
import { createLazyRoute, useNavigate } from "@tanstack/react-router";
import type { ModelItem } from "@rhesis/router/model/schema";
import { trpc } from "../../api/trpc.ts";
import { useCan } from "../../session/member.tsx";
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
import { providerLooks, providers } from "./providers.ts";

export const Route = createLazyRoute("/models")({ component: ModelsPage });

const columns: readonly Column<ModelItem, "name" | "created_at">[] = [
  {
    key: "name",
    title: "Name",
    width: "minmax(180px, 2fr)",
    sort: "name",
    cell: (row) => (
      <Group gap="xs" wrap="nowrap">
        <RowLink to="/models/$id" params={{ id: row.id }} className="one-line" title={row.name}>
          {row.name}
        </RowLink>
        {row.is_default && (
          <Badge variant="default" tt="none" fw={500} flex="none">
            Default judge
          </Badge>
        )}
      </Group>
    ),
  },
  { key: "provider", title: "Provider", width: "170px", cell: (row) => providerLooks[row.provider].title },
  { key: "model_name", title: "Model", width: "minmax(140px, 1fr)", wide_only: true, cell: (row) => row.model_name },
  {
    key: "key",
    title: "Key",
    width: "110px",
    wide_only: true,
    cell: (row) => (row.has_api_key ? "Stored" : "None"),
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

function ModelsPage() {
  const search = Route.useSearch();
  const navigate = useNavigate({ from: "/models" });
  const can = useCan();
  const { q, sort, provider } = search;
  const pages = useListPages(trpc.model.list.infiniteQueryOptions({ q, sort, provider, limit: pageSize }, listPaging));
  const set = (changes: Partial<typeof search>) =>
    void navigate({ search: (before) => ({ ...before, ...changes }), replace: true });
  const isFiltered = q !== undefined || provider !== undefined;
  const clear = () => set({ q: undefined, provider: undefined });
  const create = can("model:create") && (
    <ButtonLink to="/models/new" leftSection={<IconPlus size={16} />}>
      Connect a model
    </ButtonLink>
  );
  return (
    <Page fill>
      <PageHeader
        title="Models"
        description="Language models that judge answers where a rule cannot. You need one only for metrics that ask a model."
        actions={(pages.total !== 0 || isFiltered) && create}
      />
      <FilterBar onClear={isFiltered ? clear : null}>
        <SearchField value={q} onChange={(next) => set({ q: next })} label="Search models" />
        <Select
          aria-label="Provider"
          placeholder="Any provider"
          data={providers.map((value) => ({ value, label: providerLooks[value].title }))}
          value={provider ?? null}
          onChange={(value) => set({ provider: value ?? undefined })}
          clearable
          w={200}
        />
      </FilterBar>
      <DataTable
        label="Models"
        columns={columns}
        pages={pages}
        sort={sort}
        onSort={(next) => set({ sort: next })}
        onOpen={(row) => void navigate({ to: "/models/$id", params: { id: row.id } })}
        empty={
          isFiltered ? (
            <NothingMatches onClear={clear} />
          ) : (
            <EmptyState
              icon={<IconBrandOpenai size={36} color="var(--soft)" aria-hidden />}
              title="No model yet"
              action={create}
            >
              Many metrics need none: they compare, count or measure. For questions of judgement, such as tone or
              helpfulness, connect a language model.
            </EmptyState>
          )
        }
      />
    </Page>
  );
}
