import { Button, Text } from "@mantine/core";
import { StartCard } from "./start-card.tsx";

export function StartFailure({ title, message }: { title: string; message: string }) {
  return (
    <StartCard title={title}>
      <Text role="alert">{message}</Text>
      <Text c="dimmed" size="sm">
        Wait a moment and try again. If this stays, whoever runs this installation can help.
      </Text>
      <Button variant="default" onClick={() => window.location.reload()}>
        Try again
      </Button>
    </StartCard>
  );
}
