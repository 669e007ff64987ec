/** A keyset-paged list, loaded page by page as the table is scrolled. */
import { useInfiniteQuery, type InfiniteData, type UseInfiniteQueryOptions } from "@tanstack/react-query";
import { useCallback, useMemo } from "react";

export type Page<Row> = { items: Row[]; next_cursor: string | null; total: number; total_is_capped: boolean };

export type ListPages<Row> = {
  rows: Row[];
  total: number | null;
  total_is_capped: boolean;
  is_loading: boolean;
  is_loading_more: boolean;
  /** True while rows of the filter before are still shown. */
  is_stale: boolean;
  error: unknown;
  /** What failed last though rows are there: getting the next ones, or bringing those that are loaded up to date. */
  failed: "more" | "refresh" | null;
  has_more: boolean;
  /** Asks for the next rows; after that has failed, only `retry` does. */
  loadMore: () => void;
  /** Does again what failed. */
  retry: () => Promise<unknown>;
};

/** Pass as second argument of `trpc.<resource>.list.infiniteQueryOptions(input, listPaging)`. */
export const listPaging = {
  getNextPageParam: (page: { next_cursor: string | null }) => page.next_cursor ?? undefined,
  placeholderData: <T>(before: T | undefined) => before,
  // Comparing thousands of rows with each page that is added costs more than drawing the few that are seen.
  structuralSharing: false as const,
  // Every loaded page is asked for again, so only for lists that are short.
  refetchOnWindowFocus: ({ state }: { state: { data?: { pages: unknown[] } | undefined } }) =>
    (state.data?.pages.length ?? 0) <= 2,
};

/** Rows per request: the most the server gives. */
export const pageSize = 100;

type Options<Row, Failure, Data, Key extends readonly unknown[], Param> = UseInfiniteQueryOptions<
  Page<Row>,
  Failure,
  InfiniteData<Page<Row>, Param>,
  Key,
  Param
> & { queryKey: Key; _?: Data };

/** All rows loaded so far, and how to get more. */
export function useListPages<Row, Failure, Key extends readonly unknown[], Param>(
  options: Options<Row, Failure, unknown, Key, Param>,
): ListPages<Row> {
  const query = useInfiniteQuery(options);
  const { data, fetchNextPage, refetch, hasNextPage, isFetching, isFetchNextPageError } = query;
  const rows = useMemo(() => data?.pages.flatMap((page) => page.items) ?? [], [data]);
  const last = data?.pages.at(-1);
  const loadMore = useCallback(() => {
    if (hasNextPage && !isFetching && !isFetchNextPageError) void fetchNextPage();
  }, [hasNextPage, isFetching, isFetchNextPageError, fetchNextPage]);
  return {
    rows,
    total: last?.total ?? null,
    total_is_capped: last?.total_is_capped ?? false,
    is_loading: query.isPending,
    is_loading_more: query.isFetchingNextPage,
    is_stale: query.isPlaceholderData,
    error: query.error,
    failed: isFetchNextPageError ? "more" : query.isRefetchError ? "refresh" : null,
    has_more: hasNextPage,
    loadMore,
    retry: useCallback(
      (): Promise<unknown> => (isFetchNextPageError ? fetchNextPage() : refetch()),
      [isFetchNextPageError, fetchNextPage, refetch],
    ),
  };
}
