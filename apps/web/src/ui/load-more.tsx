import { Button } from "@mantine/core";
import type { ListPages } from "./list-pages.ts";

/** For short lists drawn as plain tables: the next page on demand. */
export function LoadMore({ pages }: { pages: ListPages<unknown> }) {
  if (!pages.has_more) return null;
  return (
    <div>
      <Button variant="default" size="compact-sm" loading={pages.is_loading_more} onClick={pages.loadMore}>
        Show more
      </Button>
    </div>
  );
}
