import { Button, Group, Paper, Text } from "@mantine/core";
import { IconPlus } from "@tabler/icons-react";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import type { TestInSet, TestSet } from "@rhesis/router/test-set/schema";
import { api, queryClient, trpc } from "../../api/trpc.ts";
import { useCan } from "../../session/member.tsx";
import type { Column } from "../../ui/data-table-column.ts";
import { DataTable } from "../../ui/data-table.tsx";
import { EmptyState } from "../../ui/empty-state.tsx";
import { ButtonLink } from "../../ui/link.tsx";
import { listPaging, pageSize, useListPages } from "../../ui/list-pages.ts";
import { notifyDone, notifyFailure } from "../../ui/notices.ts";
import { inParts } from "../tests/parse-pasted.ts";
import { testColumns } from "../tests/test-columns.tsx";
import { AddTests } from "./add-tests.tsx";

const columns: Column<TestInSet>[] = [
  {
    key: "position",
    title: "#",
    width: "64px",
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
  const [ids, setIds] = useState<ReadonlySet<string>>(new Set());
  const [isAdding, setAdding] = useState(false);
  const pages = useListPages(trpc.test_set.tests.infiniteQueryOptions({ id, limit: pageSize }, listPaging));
  const remove = async () => {
    try {
      for (const test_ids of inParts([...ids], 1000)) await api.test_set.remove_tests.mutate({ id, test_ids });
      await queryClient.invalidateQueries(trpc.test_set.pathFilter());
      notifyDone(
        `${ids.size === 1 ? "1 test is" : `${ids.size} tests are`} out of the set. The tests themselves stay.`,
      );
      setIds(new Set());
    } catch (error) {
      notifyFailure(error);
    }
  };
  const editable = can("test_set:update");
  const add = (
    <Group gap="xs" justify={pages.rows.length === 0 ? "center" : "flex-start"}>
      <Button variant="light" leftSection={<IconPlus size={16} />} onClick={() => setAdding(true)}>
        Add tests
      </Button>
      <ButtonLink variant="subtle" to="/tests/new" search={{ test_set: id }}>
        Write one
      </ButtonLink>
      <ButtonLink variant="subtle" to="/tests/paste" search={{ test_set: id }}>
        Paste many
      </ButtonLink>
    </Group>
  );
  return (
    <>
      {editable && ids.size === 0 && pages.rows.length > 0 && <Group>{add}</Group>}
      {ids.size > 0 && (
        <Paper withBorder px="md" py={8} role="toolbar" aria-label="Chosen tests">
          <Group justify="space-between">
            <Text size="sm" fw={600}>
              {ids.size} chosen
            </Text>
            <Group gap="xs">
              <Button size="compact-md" variant="default" onClick={() => void remove()}>
                Take out of the set
              </Button>
              <Button size="compact-md" variant="subtle" onClick={() => setIds(new Set())}>
                Choose none
              </Button>
            </Group>
          </Group>
        </Paper>
      )}
      <DataTable
        label="Tests of the set"
        columns={columns}
        pages={pages}
        onOpen={(row) => void navigate({ to: "/tests/$id", params: { id: row.id } })}
        {...(editable ? { selection: { ids, onChange: setIds } } : {})}
        empty={
          <EmptyState title="The set is empty" action={editable ? add : undefined}>
            Add tests that are there already, write one, or paste many at once.
          </EmptyState>
        }
      />
      <AddTests testSet={testSet} opened={isAdding} onClose={() => setAdding(false)} />
    </>
  );
}
