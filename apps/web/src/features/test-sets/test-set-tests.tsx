import { Button, Group, Text } from "@mantine/core";
import { IconPlus } from "@tabler/icons-react";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useState, type ReactNode } from "react";
import type { TestInSet, TestSet } from "@rhesis/router/test-set/schema";
import { trpc } from "../../api/trpc.ts";
import { useCan } from "../../session/member.tsx";
import type { Column } from "../../ui/data-table-column.ts";
import { DataTable } from "../../ui/data-table.tsx";
import { EmptyState, NothingMatches } from "../../ui/empty-state.tsx";
import { FilterBar } from "../../ui/filter-bar.tsx";
import { ButtonLink } from "../../ui/link.tsx";
import { listPaging, pageSize, useListPages } from "../../ui/list-pages.ts";
import { Beside } from "../../ui/page.tsx";
import { SearchField } from "../../ui/search-field.tsx";
import { neighboursOf } from "../../ui/side-panel.tsx";
import { testColumns } from "../tests/test-columns.tsx";
import { TestPanel } from "../tests/test-panel.tsx";
import { AddTests } from "./add-tests.tsx";
import { ChosenInSet } from "./chosen-in-set.tsx";

type Sort = "position";

const columns: Column<TestInSet, Sort>[] = [
  {
    key: "position",
    title: "#",
    sort: "position",
    width: "72px",
    wide_only: true,
    cell: (row) => (
      <Text span size="sm" c="dimmed">
        {row.position.toLocaleString("en")}
      </Text>
    ),
  },
  ...testColumns,
];

/** The tests of a set in their order; adding and taking out. */
export function TestSetTests({ testSet }: { testSet: TestSet }) {
  const { id } = testSet;
  const can = useCan();
  const navigate = useNavigate({ from: "/test-sets/$id" });
  const { q, sort, open } = useSearch({ from: "/test-sets/$id" });
  // Not in the address: see `Selection`.
  const [ids, setIds] = useState<ReadonlySet<string>>(new Set());
  const [isAdding, setAdding] = useState(false);
  const pages = useListPages(trpc.test_set.tests.infiniteQueryOptions({ id, q, sort, limit: pageSize }, listPaging));
  const set = (changes: { q?: string | undefined; sort?: Sort | `-${Sort}` | undefined; open?: string | undefined }) =>
    void navigate({ search: (before) => ({ ...before, ...changes }), replace: true });
  const { previous, next } = neighboursOf(pages.rows, open);
  const steps = {
    previous: previous === null ? null : () => set({ open: previous.id }),
    next: next === null ? null : () => set({ open: next.id }),
  };
  const editable = can("test_set:update");
  const add = <AddButtons testSet={testSet} onAdd={() => setAdding(true)} />;
  const isEmpty = pages.rows.length === 0 && q === undefined;
  return (
    <>
      {!isEmpty && <SearchAndAdd q={q} onSearch={(text) => set({ q: text })} add={editable && add} />}
      <ChosenInSet id={id} tests={pages.rows.filter((row) => ids.has(row.id))} onDone={() => setIds(new Set())} />
      <Beside>
        <DataTable
          label="Tests of the set"
          columns={columns}
          pages={pages}
          sort={sort}
          onSort={(by) => set({ sort: by })}
          openId={open}
          onOpen={(row) => set({ open: row.id })}
          onClose={() => set({ open: undefined })}
          steps={steps}
          {...(editable ? { selection: { ids, onChange: setIds } } : {})}
          empty={
            q === undefined ? (
              <EmptyState title="The set is empty" action={editable ? add : undefined}>
                Add tests that are there already, write one, or paste many at once.
              </EmptyState>
            ) : (
              <NothingMatches onClear={() => set({ q: undefined })} />
            )
          }
        />
        {open !== undefined && (
          <TestPanel
            key={open}
            id={open}
            onClose={() => set({ open: undefined })}
            onPrevious={steps.previous}
            onNext={steps.next}
          />
        )}
      </Beside>
      <AddTests testSet={testSet} opened={isAdding} onClose={() => setAdding(false)} />
    </>
  );
}

function SearchAndAdd(props: { q: string | undefined; onSearch: (text: string | undefined) => void; add: ReactNode }) {
  return (
    <FilterBar onClear={null}>
      <SearchField value={props.q} onChange={props.onSearch} label="Search the tests of this set" />
      {props.add}
    </FilterBar>
  );
}

function AddButtons({ testSet: { id, kind }, onAdd }: { testSet: TestSet; onAdd: () => void }) {
  return (
    <Group gap="xs" justify="center" ml="auto">
      <Button variant="light" leftSection={<IconPlus size={16} />} onClick={onAdd}>
        Add tests
      </Button>
      <ButtonLink variant="subtle" px="xs" to="/tests/new" search={{ test_set: id }}>
        Write one
      </ButtonLink>
      {kind === "single_turn" && (
        <ButtonLink variant="subtle" px="xs" to="/tests/paste" search={{ test_set: id }}>
          Paste many
        </ButtonLink>
      )}
    </Group>
  );
}
