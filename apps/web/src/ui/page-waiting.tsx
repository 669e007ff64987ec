import { useDocumentTitle } from "@mantine/hooks";
import { Page } from "./page.tsx";
import { ErrorState } from "./error-state.tsx";
import { PageLoading } from "./page-loading.tsx";

type Awaited = { error: unknown; refetch: () => Promise<unknown> };

/**
 * In the place of a page whose thing is not there: on its way, or failed with a way to ask again. Ask for it by
 * `data === undefined`: what is there stays, with all that was typed, when a later call fails.
 */
export function PageWaiting({ query: { error, refetch } }: { query: Awaited }) {
  useDocumentTitle(error === null ? "" : "Not loaded · Rhesis");
  if (error === null) return <PageLoading />;
  return (
    <Page>
      <ErrorState order={1} error={error} onRetry={refetch} />
    </Page>
  );
}
