/** Results of a run in a table that fills while one looks at it. */
import { useQueryClient, type InfiniteData, type QueryClient } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import type { TestResultItem } from "@rhesis/router/test-result/schema";
import { api, trpc } from "../../api/trpc.ts";
import { listPaging, pageSize, useListPages, type ListPages, type Page } from "../../ui/list-pages.ts";
import { asInput, hasFilters, type ResultFilters } from "../test-results/result-filters.ts";
import { pagesToRefresh } from "./pages-to-refresh.ts";

/** Time between two refreshes, in milliseconds: a screen that changes more often cannot be read. */
const pause = 1_000;
/** The same for what is counted over the whole run. */
const summaryPause = 5_000;

type Input = { test_run_id: string; limit: number } & ReturnType<typeof asInput>;
type Data = InfiniteData<Page<TestResultItem>, string | null>;

function optionsOf(input: Input) {
  return trpc.test_result.list.infiniteQueryOptions(input, listPaging);
}

/** Asks again for the pages in which something can have moved, and puts them in the place of the old ones. */
async function refreshPages(cache: QueryClient, input: Input, isFiltered: boolean): Promise<void> {
  const { queryKey } = optionsOf(input);
  const before: Data | undefined = cache.getQueryData(queryKey);
  if (before === undefined) return;
  const fresh = await Promise.all(
    pagesToRefresh(before.pages, isFiltered).map(async (index) => {
      const cursor = before.pageParams[index] ?? undefined;
      return [index, await api.test_result.list.query({ ...input, cursor })] as const;
    }),
  );
  const byIndex = new Map(fresh);
  cache.setQueryData(queryKey, (present) =>
    present === undefined
      ? undefined
      : { ...present, pages: present.pages.map((page, index) => byIndex.get(index) ?? page) },
  );
}

/** Does `work` a while after it was asked for, once however often it was asked for meanwhile. */
function useThrottled(pauseMs: number, work: () => Promise<unknown>): { ask: () => void; forget: () => void } {
  const timer = useRef<number | undefined>(undefined);
  const forget = () => {
    window.clearTimeout(timer.current);
    timer.current = undefined;
  };
  useEffect(() => () => window.clearTimeout(timer.current), []);
  const ask = () => {
    timer.current ??= window.setTimeout(() => {
      // A failure is no reason to stop: the next event asks again, and the page shows what lasts.
      void work()
        .catch(() => undefined)
        .finally(() => (timer.current = undefined));
    }, pauseMs);
  };
  return { ask, forget };
}

/**
 * The results under a filter, in the order of the run. `refresh` asks again for those pages only in which something can
 * have moved, so that rows change in place and the table does not jump, and for the counts; `finish` asks for everything.
 */
export function useLiveResults(
  test_run_id: string,
  filters: ResultFilters,
): { pages: ListPages<TestResultItem>; refresh: () => void; finish: () => void } {
  const cache = useQueryClient();
  const input = { test_run_id, limit: pageSize, ...asInput(filters) };
  const pages = useListPages(optionsOf(input));
  const shown = useRef(input);
  useEffect(() => {
    shown.current = input;
  });
  const rows = useThrottled(pause, () => refreshPages(cache, shown.current, hasFilters(filters)));
  const summary = useThrottled(summaryPause, () =>
    cache.invalidateQueries(trpc.test_result.summary.queryFilter({ test_run_id })),
  );
  const refresh = () => {
    rows.ask();
    summary.ask();
  };
  const finish = () => {
    rows.forget();
    summary.forget();
    void cache.invalidateQueries(trpc.test_result.pathFilter());
  };
  return { pages, refresh, finish };
}
