import { Anchor, Breadcrumbs, Group, Stack, Text, Title } from "@mantine/core";
import { useDocumentTitle } from "@mantine/hooks";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import styles from "./page.module.css";

type Props = {
  title: string;
  /** One or two sentences on what this page is for. */
  description?: ReactNode;
  /** Pages above this one, outermost first. */
  parents?: readonly { label: string; to: string }[];
  /** Beside the title: a state, a badge. */
  status?: ReactNode;
  /** The page's one primary action, and lesser ones before it. */
  actions?: ReactNode;
};

/** Head of every page: where one is, what it is, and what to do. */
export function PageHeader({ title, description, parents = [], status, actions }: Props) {
  useDocumentTitle(`${title} · Rhesis`);
  return (
    <Stack gap={4} className={styles.header}>
      {parents.length > 0 && (
        <Breadcrumbs separatorMargin={6} fz="sm" component="nav" aria-label="Breadcrumb" className={styles.parents}>
          {parents.map((parent) => (
            <Anchor key={parent.to} component={Link} to={parent.to} size="sm" className="one-line" title={parent.label}>
              {parent.label}
            </Anchor>
          ))}
        </Breadcrumbs>
      )}
      <Group justify="space-between" align="flex-start" gap="sm">
        <Stack gap={4} style={{ flex: "1 1 260px", minWidth: 0 }}>
          <Group gap="sm">
            <Title order={1} className={styles.title}>
              {title}
            </Title>
            {status}
          </Group>
          {description !== undefined && (
            <Text c="dimmed" maw={760} size="sm" className="break-words">
              {description}
            </Text>
          )}
        </Stack>
        {actions !== undefined && <Group gap="xs">{actions}</Group>}
      </Group>
    </Stack>
  );
}
