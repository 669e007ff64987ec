import { Anchor } from "@mantine/core";
import { useDocumentTitle } from "@mantine/hooks";
import { Link, useRouter } from "@tanstack/react-router";
import { isMissingPart } from "../api/problems.ts";
import { EmptyState } from "../ui/empty-state.tsx";
import { ErrorState } from "../ui/error-state.tsx";
import { Page } from "../ui/page.tsx";

export function PageFailure({ error }: { error: unknown }) {
  const router = useRouter();
  useDocumentTitle("Not loaded · Rhesis");
  // A browser may remember that a part of the app was not there; a new load of the page asks again.
  const retry = () => (isMissingPart(error) ? window.location.reload() : void router.invalidate());
  return (
    <Page>
      <ErrorState order={1} error={error} onRetry={retry} />
    </Page>
  );
}

export function NotFound() {
  useDocumentTitle("There is no such page · Rhesis");
  return (
    <Page>
      <EmptyState
        order={1}
        title="There is no such page"
        action={
          <Anchor component={Link} to="/">
            Go to the start page
          </Anchor>
        }
      >
        The address may be mistyped, or what it led to is gone.
      </EmptyState>
    </Page>
  );
}
