import { useState } from "react";
import type { TestItem } from "@rhesis/router/test/schema";
import type { TestSet } from "@rhesis/router/test-set/schema";
import { api, queryClient, trpc } from "../../api/trpc.ts";
import type { Column } from "../../ui/data-table-column.ts";
import { EmptyState } from "../../ui/empty-state.tsx";
import { ButtonLink } from "../../ui/link.tsx";
import { listPaging, pageSize, useListPages } from "../../ui/list-pages.ts";
import { notifyDone, notifyFailure } from "../../ui/notices.ts";
import { PickMany } from "../../ui/pick-many.tsx";
import { RequirementSelect } from "../tests/label-selects.tsx";
import { inParts } from "../tests/parse-pasted.ts";

const columns: Column<TestItem>[] = [
  {
    key: "input",
    title: "Input",
    width: "minmax(240px, 3fr)",
    cell: (row) => <span title={row.input}>{row.input}</span>,
  },
  {
    key: "requirement",
    title: "Requirement",
    width: "minmax(140px, 1fr)",
    wide_only: true,
    cell: (row) => row.requirement_name ?? "–",
  },
];

type Props = { testSet: TestSet; opened: boolean; onClose: () => void };

/** Choosing tests of the project for a set. Those in it already keep their place. */
export function AddTests({ testSet: { id, name, project_id, kind }, opened, onClose }: Props) {
  const [q, setQ] = useState<string | undefined>(undefined);
  const [requirement, setRequirement] = useState<string | null>(null);
  const input = { limit: pageSize, project_id, kind, q, requirement_id: requirement ?? undefined };
  const pages = useListPages(trpc.test.list.infiniteQueryOptions(input, { ...listPaging, enabled: opened }));
  const add = async (ids: string[]) => {
    try {
      let added = 0;
      for (const test_ids of inParts(ids, 1000)) {
        added += (await api.test_set.add_tests.mutate({ id, test_ids })).added;
      }
      await queryClient.invalidateQueries(trpc.test_set.pathFilter());
      const already = ids.length - added;
      notifyDone(`${added} added.${already === 0 ? "" : ` ${already} were in the set already.`}`);
    } catch (error) {
      notifyFailure(error);
      throw error;
    }
  };
  const isFiltered = q !== undefined || requirement !== null;
  return (
    <PickMany
      opened={opened}
      onClose={onClose}
      title={`Add tests to “${name}”`}
      noun={["test", "tests"]}
      action="Add"
      columns={columns}
      pages={pages}
      q={q}
      onSearch={setQ}
      filters={<RequirementSelect compact value={requirement} onChange={setRequirement} />}
      empty={
        isFiltered ? (
          <EmptyState title="Nothing matches">No test of this project fits the search.</EmptyState>
        ) : (
          <EmptyState
            title={kind === "multi_turn" ? "The project has no conversations yet" : "The project has no tests yet"}
            action={
              kind === "multi_turn" ? (
                <ButtonLink to="/tests/new" search={{ test_set: id }}>
                  Write a conversation
                </ButtonLink>
              ) : (
                <ButtonLink to="/tests/paste" search={{ test_set: id }}>
                  Paste questions, one per line
                </ButtonLink>
              )
            }
          >
            {kind === "multi_turn" ? "Write one first." : "Write or paste tests first."}
          </EmptyState>
        )
      }
      onPick={add}
    />
  );
}
