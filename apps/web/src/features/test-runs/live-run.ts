/** A run as it moves: every event of the server's stream is written into what the screens read. */
import type { InfiniteData } from "@tanstack/react-query";
import { useSubscription } from "@trpc/tanstack-react-query";
import { useEffectEvent } from "react";
import type { TestRunItem, TestRunProgress } from "@rhesis/router/test-run/schema";
import { queryClient, trpc } from "../../api/trpc.ts";

type RunPage = { items: TestRunItem[]; next_cursor: string | null; total: number; total_is_capped: boolean };

function isPages(data: unknown): data is InfiniteData<RunPage> {
  return typeof data === "object" && data !== null && "pages" in data;
}

function inPage(page: RunPage, progress: TestRunProgress): RunPage {
  if (!page.items.some((run) => run.id === progress.id)) return page;
  return { ...page, items: page.items.map((run) => (run.id === progress.id ? { ...run, ...progress } : run)) };
}

function write(progress: TestRunProgress): void {
  queryClient.setQueryData(trpc.test_run.get.queryKey({ id: progress.id }), (run) =>
    run === undefined ? undefined : { ...run, ...progress },
  );
  queryClient.setQueriesData<InfiniteData<RunPage> | RunPage>(trpc.test_run.list.pathFilter(), (data) => {
    if (data === undefined) return undefined;
    if (isPages(data)) return { ...data, pages: data.pages.map((page) => inPage(page, progress)) };
    return inPage(data, progress);
  });
}

/**
 * Follows a run while `enabled`; `onMove` is told of each change.
 * @returns true while the stream is lost: it goes on from the last event by itself
 */
export function useLiveRun(id: string, enabled: boolean, onMove?: (progress: TestRunProgress) => void): boolean {
  const tell = useEffectEvent((progress: TestRunProgress) => onMove?.(progress));
  const { status, error } = useSubscription(
    trpc.test_run.changes.subscriptionOptions(
      { id },
      {
        enabled,
        onData: ({ data }) => {
          write(data);
          tell(data);
        },
      },
    ),
  );
  return enabled && status !== "pending" && error !== null;
}
