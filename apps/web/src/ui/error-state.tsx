import { Button, Code, Stack, Text, Title } from "@mantine/core";
import { IconAlertTriangle } from "@tabler/icons-react";
import { useState } from "react";
import { failureOf } from "../api/problems.ts";

const titles: Record<string, string> = {
  unreachable: "No connection to the server",
  not_found: "This does not exist",
  forbidden: "You may not see this",
  limit_exceeded: "Too many requests",
};

type Props = {
  error: unknown;
  /** Returns a promise where one can wait for it. */
  onRetry?: () => unknown;
  /** Of its heading: 1 where it is the whole page. */
  order?: 1 | 2;
};

/** What went wrong, in words, with the way out. */
export function ErrorState({ error, onRetry, order = 2 }: Props) {
  const failure = failureOf(error);
  const title = titles[failure.code] ?? "This did not work";
  return (
    <Stack align="center" gap="xs" py="xl" role="alert">
      <IconAlertTriangle size={32} color="var(--fail)" aria-hidden />
      <Title order={order}>{title}</Title>
      <Text c="dimmed" ta="center" maw={480}>
        {failure.message}
      </Text>
      {failure.request_id !== "" && (
        <Text size="sm" c="dimmed" ta="center">
          Request id <Code>{failure.request_id}</Code>
        </Text>
      )}
      {onRetry !== undefined && <RetryButton onRetry={onRetry} />}
    </Stack>
  );
}

/** Shows that it asks again: pressing once more would only begin anew. */
export function RetryButton({ onRetry }: { onRetry: () => unknown }) {
  const [isAsking, setAsking] = useState(false);
  const ask = async () => {
    setAsking(true);
    await onRetry();
    setAsking(false);
  };
  return (
    <Button variant="default" mt="xs" loading={isAsking} onClick={() => void ask()}>
      Try again
    </Button>
  );
}
