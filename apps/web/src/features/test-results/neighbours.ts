import { skipToken, useQuery } from "@tanstack/react-query";
import { trpc } from "../../api/trpc.ts";
import { neighboursOf } from "../../ui/side-panel.tsx";
import { asInput, type ResultFilters } from "./result-filters.ts";

/**
 * The ids of the results before and after the open one under the filter: of the loaded rows at once, beyond them as the
 * server says. null at the ends of the run, and while the server is asked.
 */
export function useNeighbours(
  rows: readonly { id: string }[],
  id: string | undefined,
  filters: ResultFilters,
): { previous: string | null; next: string | null } {
  const { data } = useQuery(
    trpc.test_result.get.queryOptions(id === undefined ? skipToken : { id, ...asInput(filters) }),
  );
  const loaded = neighboursOf(rows, id);
  return {
    previous: loaded.previous?.id ?? data?.previous_id ?? null,
    next: loaded.next?.id ?? data?.next_id ?? null,
  };
}
