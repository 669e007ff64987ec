import { Group, Select, Stack, Text } from "@mantine/core";
import { IconHistory } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { createLazyRoute, useNavigate } from "@tanstack/react-router";
import type { AuditEntry, AuditEntryDetail } from "@rhesis/router/audit-log/schema";
import { trpc } from "../../api/trpc.ts";
import { DataTable } from "../../ui/data-table.tsx";
import type { Column } from "../../ui/data-table-column.ts";
import { EmptyState, NothingMatches } from "../../ui/empty-state.tsx";
import { FilterBar } from "../../ui/filter-bar.tsx";
import { JsonView } from "../../ui/json-view.tsx";
import { listPaging, pageSize, useListPages } from "../../ui/list-pages.ts";
import { Beside, Page } from "../../ui/page.tsx";
import { PageHeader } from "../../ui/page-header.tsx";
import { idOrderOf } from "../../ui/open-row.ts";
import { PanelContent } from "../../ui/panel-content.tsx";
import { absoluteText, RelativeTime } from "../../ui/relative-time.tsx";
import { neighboursOf, SidePanel } from "../../ui/side-panel.tsx";
import { changesOf } from "./audit-changes.ts";
import { entityName, entityNames, entityOptions } from "./entity-names.ts";

export const Route = createLazyRoute("/settings/audit-log")({ component: AuditLogPage });

const verbs = { create: "Created", update: "Changed", delete: "Deleted" };

const columns: readonly Column<AuditEntry, "created_at">[] = [
  {
    key: "created_at",
    title: "When",
    width: "156px",
    sort: "created_at",
    cell: (row) => <RelativeTime date={row.created_at} />,
  },
  {
    key: "user",
    title: "Who",
    width: "minmax(120px, 1fr)",
    wide_only: true,
    cell: (row) => row.user_name ?? "The system",
  },
  { key: "action", title: "Did what", width: "100px", cell: (row) => verbs[row.action] },
  {
    key: "entity_type",
    title: "Kind",
    width: "minmax(130px, 1fr)",
    wide_only: true,
    cell: (row) => entityName(row.entity_type),
  },
  {
    key: "entity_name",
    title: "Name",
    width: "minmax(120px, 2fr)",
    cell: (row) => <span title={row.entity_name ?? ""}>{row.entity_name ?? "–"}</span>,
  },
];

function AuditLogPage() {
  const search = Route.useSearch();
  const navigate = useNavigate({ from: "/settings/audit-log" });
  const { type, sort, open } = search;
  const pages = useListPages(
    trpc.audit_log.list.infiniteQueryOptions({ entity_type: type, sort, limit: pageSize }, listPaging),
  );
  const set = (changes: Partial<typeof search>) =>
    void navigate({ search: (before) => ({ ...before, ...changes }), replace: true });
  const { previous, next } = neighboursOf(pages.rows, open);
  return (
    <Page fill>
      <PageHeader title="Audit log" description="Every change, who made it and when. Secrets are never part of it." />
      <FilterBar onClear={type === undefined ? null : () => set({ type: undefined })}>
        <Select
          aria-label="Kind"
          placeholder="Any kind"
          data={entityOptions(Object.keys(entityNames))}
          value={type ?? null}
          onChange={(value) => set({ type: value ?? undefined })}
          clearable
          searchable
          w={220}
        />
      </FilterBar>
      <Beside>
        <DataTable
          label="Changes"
          columns={columns}
          pages={pages}
          sort={sort}
          onSort={(by) => set({ sort: by })}
          openId={open}
          idOrder={idOrderOf(sort)}
          onOpen={(row) => set({ open: row.id })}
          onClose={() => set({ open: undefined })}
          empty={
            type === undefined ? (
              <EmptyState icon={<IconHistory size={36} color="var(--soft)" aria-hidden />} title="No changes yet">
                From now on every change is written down here.
              </EmptyState>
            ) : (
              <NothingMatches onClear={() => set({ type: undefined })} />
            )
          }
        />
        {open !== undefined && (
          <SidePanel
            title={pages.rows.find((row) => row.id === open)?.entity_name ?? "Change"}
            onClose={() => set({ open: undefined })}
            onPrevious={previous === null ? null : () => set({ open: previous.id })}
            onNext={next === null ? null : () => set({ open: next.id })}
          >
            <Change id={open} />
          </SidePanel>
        )}
      </Beside>
    </Page>
  );
}

function Change({ id }: { id: string }) {
  const query = useQuery(trpc.audit_log.get.queryOptions({ id }));
  return <PanelContent query={query}>{(entry) => <Entry {...entry} />}</PanelContent>;
}

function Entry(data: AuditEntryDetail) {
  const changes = changesOf(data.before, data.after);
  return (
    <Stack gap="sm">
      <Text size="sm">
        {verbs[data.action]} by {data.user_name ?? "the system"}, {absoluteText(data.created_at)}
      </Text>
      <Text size="sm" c="dimmed" className="break-words">
        {entityName(data.entity_type)} {data.entity_id}
        {data.request_id !== null && `, request ${data.request_id}`}
      </Text>
      {changes.map((change) => (
        <div key={change.field}>
          <Text size="sm" fw={600} mb={2} tt="capitalize">
            {change.field.replaceAll("_", " ")}
          </Text>
          {change.before !== undefined && change.before !== null && (
            <Value label={change.after === undefined ? "" : "Before"} value={change.before} />
          )}
          {change.after !== undefined && (
            <Value label={change.before === undefined ? "" : "After"} value={change.after} />
          )}
        </div>
      ))}
    </Stack>
  );
}

/** Words as words; only what has parts of its own as code. */
function Value({ label, value }: { label: string; value: unknown }) {
  const tag =
    label === "" ? null : (
      <Text size="xs" c="dimmed" w={48} flex="none">
        {label}
      </Text>
    );
  return (
    <Group gap="xs" wrap="nowrap" align="baseline">
      {tag}
      {typeof value === "object" && value !== null ? (
        <div style={{ flex: 1, minWidth: 0 }}>
          <JsonView value={value} label={label === "" ? "Value" : label} height={180} />
        </div>
      ) : (
        <Text size="sm" className="break-words">
          {value === null || value === "" ? "–" : typeof value === "string" ? value : JSON.stringify(value)}
        </Text>
      )}
    </Group>
  );
}
