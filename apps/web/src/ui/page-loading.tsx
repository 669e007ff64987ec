import { Skeleton, Stack, VisuallyHidden } from "@mantine/core";
import { Page } from "./page.tsx";

/** A page whose thing is on its way. */
export function PageLoading() {
  return (
    <Page>
      <Stack gap="md" aria-busy="true" role="status">
        <VisuallyHidden>Loading</VisuallyHidden>
        <Skeleton height={14} width={120} />
        <Skeleton height={26} width="min(420px, 70%)" />
        <Skeleton height={220} radius="lg" />
        <Skeleton height={140} radius="lg" />
      </Stack>
    </Page>
  );
}
