import { IconClipboardText, IconPlus } from "@tabler/icons-react";
import { createLazyRoute, useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import type { TestItem } from "@rhesis/router/test/schema";
import { trpc } from "../../api/trpc.ts";
import { useCan } from "../../session/member.tsx";
import { useProjectId } from "../../shell/project.ts";
import type { Column } from "../../ui/data-table-column.ts";
import { DataTable } from "../../ui/data-table.tsx";
import { EmptyState, NothingMatches } from "../../ui/empty-state.tsx";
import { FilterBar } from "../../ui/filter-bar.tsx";
import { ButtonLink } from "../../ui/link.tsx";
import { listPaging, pageSize, useListPages } from "../../ui/list-pages.ts";
import { PageHeader } from "../../ui/page-header.tsx";
import { Beside, Page } from "../../ui/page.tsx";
import { RelativeTime } from "../../ui/relative-time.tsx";
import { SearchField } from "../../ui/search-field.tsx";
import { idOrderOf } from "../../ui/open-row.ts";
import { neighboursOf } from "../../ui/side-panel.tsx";
import { TestSetSelect } from "../test-sets/test-set-select.tsx";
import { BulkBar } from "./bulk-bar.tsx";
import { CategorySelect, RequirementSelect, TopicSelect } from "./label-selects.tsx";
import { testColumns } from "./test-columns.tsx";
import { TestPanel } from "./test-panel.tsx";

const columns: Column<TestItem, "created_at">[] = [
  ...testColumns,
  {
    key: "created_at",
    title: "Created",
    sort: "created_at",
    width: "130px",
    wide_only: true,
    cell: (row) => <RelativeTime date={row.created_at} />,
  },
];

type Filters = { [Name in keyof typeof noFilters]?: string | undefined };

const noFilters = { q: undefined, requirement: undefined, topic: undefined, category: undefined, test_set: undefined };

function isFiltered({ q, requirement, topic, category, test_set }: Filters): boolean {
  return [q, requirement, topic, category, test_set].some((value) => value !== undefined);
}

function TestsPage() {
  const search = Route.useSearch();
  const navigate = useNavigate({ from: "/tests" });
  const can = useCan();
  const project_id = useProjectId();
  // Not in the address: see `Selection`.
  const [ids, setIds] = useState<ReadonlySet<string>>(new Set());
  const { q, sort, requirement, topic, category, test_set, open } = search;
  const set = (changes: Partial<typeof search>) =>
    void navigate({ search: (before) => ({ ...before, ...changes }), replace: true });
  const labels = { requirement_id: requirement, topic_id: topic, category_id: category, test_set_id: test_set };
  const pages = useListPages(
    trpc.test.list.infiniteQueryOptions({ limit: pageSize, project_id, q, sort, ...labels }, listPaging),
  );
  const { previous, next } = neighboursOf(pages.rows, open);
  const chosen = pages.rows.filter((row) => ids.has(row.id));
  const projects = new Set(chosen.map((row) => row.project_id));
  const kinds = new Set(chosen.map((row) => row.kind));
  return (
    <Page fill>
      <PageHeader
        title="Tests"
        description="What is said to the application, and what a good answer is."
        actions={can("test:create") && <WaysToCreate />}
      />
      <FilterFields filters={search} onChange={set} project_id={project_id} />
      <BulkBar
        ids={new Set(chosen.map((row) => row.id))}
        project_id={projects.size === 1 ? [...projects][0] : undefined}
        kind={kinds.size === 1 ? [...kinds][0] : undefined}
        onDone={() => setIds(new Set())}
      />
      <Beside>
        <DataTable
          label="Tests"
          columns={columns}
          pages={pages}
          sort={sort}
          onSort={(by) => set({ sort: by })}
          selection={{ ids, onChange: setIds }}
          openId={open}
          idOrder={idOrderOf(sort)}
          onOpen={(row) => set({ open: row.id })}
          onClose={() => set({ open: undefined })}
          empty={isFiltered(search) ? <NothingMatches onClear={() => set(noFilters)} /> : <NoTests />}
        />
        {open !== undefined && (
          <TestPanel
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

function WaysToCreate() {
  return (
    <>
      <ButtonLink variant="default" to="/tests/paste" leftSection={<IconClipboardText size={16} />}>
        Paste many
      </ButtonLink>
      <ButtonLink to="/tests/new" leftSection={<IconPlus size={16} />}>
        New test
      </ButtonLink>
    </>
  );
}

function FilterFields(props: {
  filters: Filters;
  onChange: (changes: Filters) => void;
  project_id: string | undefined;
}) {
  const { filters, onChange, project_id } = props;
  const { q, requirement, topic, category, test_set } = filters;
  return (
    <FilterBar onClear={isFiltered(filters) ? () => onChange(noFilters) : null}>
      <SearchField value={q} onChange={(text) => onChange({ q: text })} label="Search tests" />
      <RequirementSelect
        compact
        value={requirement ?? null}
        onChange={(id) => onChange({ requirement: id ?? undefined })}
      />
      <TopicSelect compact value={topic ?? null} onChange={(id) => onChange({ topic: id ?? undefined })} />
      <CategorySelect compact value={category ?? null} onChange={(id) => onChange({ category: id ?? undefined })} />
      <TestSetSelect
        compact
        project_id={project_id}
        value={test_set ?? null}
        onChange={(id) => onChange({ test_set: id ?? undefined })}
      />
    </FilterBar>
  );
}

function NoTests() {
  const can = useCan();
  return (
    <EmptyState
      title="No tests yet"
      action={can("test:create") && <ButtonLink to="/tests/paste">Paste questions, one per line</ButtonLink>}
    >
      Bring questions your users ask, from a list or a spreadsheet. Add a good answer to each where you have one.
    </EmptyState>
  );
}

export const Route = createLazyRoute("/tests")({ component: TestsPage });
