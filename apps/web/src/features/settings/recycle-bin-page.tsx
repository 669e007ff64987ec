import { ActionIcon, Button, Group, Select, Text } from "@mantine/core";
import { useMediaQuery } from "@mantine/hooks";
import { IconArrowBackUp, IconTrash } from "@tabler/icons-react";
import { createLazyRoute, useNavigate } from "@tanstack/react-router";
import { useMemo } from "react";
import { deletableTypes, type DeletedThing } from "@rhesis/router/deletion/schema";
import { api, queryClient, trpc } from "../../api/trpc.ts";
import { useCan } from "../../session/member.tsx";
import { confirmDestroy } from "../../ui/confirm-destroy.ts";
import { DataTable } from "../../ui/data-table.tsx";
import type { Column } from "../../ui/data-table-column.ts";
import { EmptyState, NothingMatches } from "../../ui/empty-state.tsx";
import { FilterBar } from "../../ui/filter-bar.tsx";
import { listPaging, pageSize, useListPages } from "../../ui/list-pages.ts";
import { notifyDone, notifyFailure } from "../../ui/notices.ts";
import { Page } from "../../ui/page.tsx";
import { PageHeader } from "../../ui/page-header.tsx";
import { RelativeTime } from "../../ui/relative-time.tsx";
import { SearchField } from "../../ui/search-field.tsx";
import { entityName, entityOptions } from "./entity-names.ts";

export const Route = createLazyRoute("/settings/recycle-bin")({ component: RecycleBinPage });

async function restore(row: DeletedThing): Promise<void> {
  try {
    const { restored } = await api.deletion.restore.mutate({ deletion_id: row.id });
    await queryClient.invalidateQueries();
    notifyDone(restored === 1 ? `${row.name} is back.` : `${row.name} is back, with ${restored - 1} more.`);
  } catch (error) {
    notifyFailure(error);
  }
}

async function purge(row: DeletedThing): Promise<void> {
  try {
    await api.deletion.purge.mutate({ deletion_id: row.id });
    await queryClient.invalidateQueries(trpc.deletion.pathFilter());
    notifyDone(`${row.name} is gone for good.`);
  } catch (error) {
    notifyFailure(error);
  }
}

type ActionProps = { row: DeletedThing; isNarrow: boolean };

function RestoreButton({ row, isNarrow }: ActionProps) {
  if (isNarrow) {
    return (
      <ActionIcon variant="default" size="lg" aria-label={`Restore ${row.name}`} onClick={() => void restore(row)}>
        <IconArrowBackUp size={18} />
      </ActionIcon>
    );
  }
  return (
    <Button
      variant="default"
      size="compact-sm"
      leftSection={<IconArrowBackUp size={14} />}
      aria-label={`Restore ${row.name}`}
      onClick={() => void restore(row)}
    >
      Restore
    </Button>
  );
}

function PurgeButton({ row, isNarrow }: ActionProps) {
  const ask = () =>
    confirmDestroy({
      title: `Remove ${row.name} for good?`,
      body: "It is removed with everything that was deleted with it. Nobody can bring it back.",
      action: "Remove for good",
      onConfirm: () => void purge(row),
    });
  if (isNarrow) {
    return (
      <ActionIcon variant="subtle" color="red" size="lg" aria-label={`Remove ${row.name} for good`} onClick={ask}>
        <IconTrash size={18} />
      </ActionIcon>
    );
  }
  return (
    <Button variant="subtle" color="red" size="compact-sm" aria-label={`Remove ${row.name} for good`} onClick={ask}>
      Remove
    </Button>
  );
}

/** On a phone its kind and when it was deleted stand below its name, where they have columns elsewhere. */
function Named({ row, isNarrow }: ActionProps) {
  return (
    <>
      <Text inherit fw={600} span title={row.name}>
        {row.name}
      </Text>
      {isNarrow && (
        <Text size="xs" c="dimmed">
          {entityName(row.entity_type)}, <RelativeTime date={row.created_at} />
        </Text>
      )}
    </>
  );
}

type Layout = { mayRestore: boolean; mayPurge: boolean; isNarrow: boolean };

function columnsFor({ mayRestore, mayPurge, isNarrow }: Layout): Column<DeletedThing, "created_at">[] {
  const actions = [mayRestore, mayPurge].filter(Boolean).length;
  return [
    {
      key: "name",
      title: "Name",
      width: "minmax(160px, 2fr)",
      cell: (row) => <Named row={row} isNarrow={isNarrow} />,
    },
    { key: "type", title: "Kind", width: "140px", wide_only: true, cell: (row) => entityName(row.entity_type) },
    {
      key: "created_at",
      title: "Deleted",
      width: "150px",
      sort: "created_at",
      wide_only: true,
      cell: (row) => <RelativeTime date={row.created_at} />,
    },
    {
      key: "actions",
      title: "",
      width: `${isNarrow ? 24 + 42 * actions : 220}px`,
      align: "end",
      cell: (row) => (
        <Group gap={6} justify="flex-end" wrap="nowrap">
          {mayRestore && <RestoreButton row={row} isNarrow={isNarrow} />}
          {mayPurge && <PurgeButton row={row} isNarrow={isNarrow} />}
        </Group>
      ),
    },
  ];
}

function RecycleBinPage() {
  const search = Route.useSearch();
  const navigate = useNavigate({ from: "/settings/recycle-bin" });
  const can = useCan();
  const mayRestore = can("deletion:restore");
  const mayPurge = can("deletion:purge");
  const isNarrow = useMediaQuery("(max-width: 48em)") ?? false;
  const columns = useMemo(() => columnsFor({ mayRestore, mayPurge, isNarrow }), [mayRestore, mayPurge, isNarrow]);
  const { q, sort, type } = search;
  const entity_type = deletableTypes.find((each) => each === type);
  const pages = useListPages(
    trpc.deletion.list.infiniteQueryOptions({ q, sort, entity_type, limit: pageSize }, listPaging),
  );
  const set = (changes: Partial<typeof search>) =>
    void navigate({ search: (before) => ({ ...before, ...changes }), replace: true });
  const isFiltered = q !== undefined || type !== undefined;
  const clear = () => set({ q: undefined, type: undefined });
  return (
    <Page fill>
      <PageHeader
        title="Recycle bin"
        description="What is deleted waits here. Restoring it brings back all that was deleted with it."
      />
      <FilterBar onClear={isFiltered ? clear : null}>
        <SearchField value={q} onChange={(next) => set({ q: next })} label="Search by name" />
        <Select
          aria-label="Kind"
          placeholder="Any kind"
          data={entityOptions(deletableTypes)}
          value={entity_type ?? null}
          onChange={(value) => set({ type: value ?? undefined })}
          clearable
          w={180}
        />
      </FilterBar>
      <DataTable
        label="Deleted things"
        columns={columns}
        rowHeight={isNarrow ? 60 : 44}
        pages={pages}
        sort={sort}
        onSort={(next) => set({ sort: next })}
        empty={
          isFiltered ? (
            <NothingMatches onClear={clear} />
          ) : (
            <EmptyState icon={<IconTrash size={36} color="var(--soft)" aria-hidden />} title="Nothing was deleted">
              Things you delete wait here until somebody restores them or removes them for good.
            </EmptyState>
          )
        }
      />
    </Page>
  );
}
