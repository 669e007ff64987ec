import { Skeleton, Stack, VisuallyHidden } from "@mantine/core";
import type { ReactNode } from "react";
import { isRefusal } from "../api/problems.ts";
import { ErrorState } from "./error-state.tsx";

type Props<Thing> = {
  query: { data: Thing | undefined; error: unknown; refetch: () => unknown };
  children: (thing: Thing) => ReactNode;
};

/** What a side panel shows of a thing: its outline while it comes, what went wrong and the way out, or the thing. */
export function PanelContent<Thing>({ query: { data, error, refetch }, children }: Props<Thing>) {
  // What is shown stays while the server is away, but not when the server says that it is gone.
  if (data !== undefined && !isRefusal(error)) return children(data);
  if (error !== null) return <ErrorState error={error} onRetry={refetch} />;
  return (
    <Stack role="status" aria-busy="true">
      <VisuallyHidden>Loading</VisuallyHidden>
      <Skeleton height={60} />
      <Skeleton height={140} />
      <Skeleton height={100} />
    </Stack>
  );
}
