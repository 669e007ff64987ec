import { Button, Stack, Text, Title } from "@mantine/core";
import type { ReactNode } from "react";

/** An empty list: what belongs here, why, and one action. */
export function EmptyState(props: {
  icon?: ReactNode;
  title: string;
  /** Of its heading: 1 where it is the whole page. */
  order?: 1 | 2;
  children: ReactNode;
  action?: ReactNode;
}) {
  return (
    <Stack align="center" gap="xs" py="xl">
      {props.icon}
      <Title order={props.order ?? 2} ta="center">
        {props.title}
      </Title>
      <Text c="dimmed" ta="center" maw={480}>
        {props.children}
      </Text>
      {props.action !== undefined && <div style={{ marginTop: 8 }}>{props.action}</div>}
    </Stack>
  );
}

/** A list where the filters leave nothing. */
export function NothingMatches({ onClear }: { onClear: () => void }) {
  return (
    <EmptyState
      title="Nothing matches"
      action={
        <Button variant="default" onClick={onClear}>
          Clear search and filters
        </Button>
      }
    >
      No entry fits the search and filters you have set.
    </EmptyState>
  );
}
