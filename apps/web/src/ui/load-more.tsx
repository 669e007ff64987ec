import { Button, Stack } from "@mantine/core";
import { ListFailure } from "./list-failure.tsx";
import type { ListPages } from "./list-pages.ts";

/** For short lists drawn without the table: the next page on demand. */
export function LoadMore({ pages }: { pages: ListPages<unknown> }) {
  const { has_more, failed, is_loading_more, loadMore } = pages;
  return (
    <Stack gap="xs" align="flex-start">
      <ListFailure pages={pages} />
      {has_more && failed !== "more" && (
        <Button variant="default" size="compact-sm" loading={is_loading_more} onClick={loadMore}>
          Show more
        </Button>
      )}
    </Stack>
  );
}
