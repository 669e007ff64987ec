import { Button, Group, Text } from "@mantine/core";
import type { ListPages } from "./list-pages.ts";

const words = {
  more: "More rows could not be loaded",
  refresh: "The list could not be brought up to date",
};

/** Says beneath the rows of a list what failed while they were there; nothing where all went well or is tried again. */
export function ListFailure({ pages }: { pages: ListPages<unknown> }) {
  const { failed, is_loading_more, retry } = pages;
  if (failed === null || is_loading_more) return null;
  return (
    <Group gap="xs" role="alert">
      <Text span size="sm" c="var(--fail)">
        {words[failed]}
      </Text>
      <Button size="compact-xs" variant="default" onClick={() => void retry()}>
        Try again
      </Button>
    </Group>
  );
}
