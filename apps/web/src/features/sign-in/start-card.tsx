import { Group, Stack, Text, Title } from "@mantine/core";
import { useDocumentTitle } from "@mantine/hooks";
import type { ReactNode } from "react";
import styles from "../../shell/shell.module.css";

/** One card in the middle of an otherwise empty window: what stands before the app itself. */
export function StartCard({ title, children }: { title: string; children: ReactNode }) {
  useDocumentTitle(`${title} · Rhesis`);
  return (
    <main className={styles.start}>
      <Stack className={styles.startCard} gap="md">
        <Group gap="xs">
          <img src="/favicon.svg" alt="" width={28} height={28} />
          <Text fw={700}>Rhesis</Text>
        </Group>
        <Title order={1}>{title}</Title>
        {children}
      </Stack>
    </main>
  );
}
