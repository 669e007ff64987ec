import { Group, Text, Title } from "@mantine/core";
import { useId, type ReactNode } from "react";
import styles from "./page.module.css";

/**
 * The body of a page. `fill` for a page whose table takes the rest of the window and scrolls by itself, `narrow` for
 * forms.
 */
export function Page(props: { fill?: boolean; narrow?: boolean; children: ReactNode }) {
  return (
    <div className={styles.page} data-fill={props.fill === true || undefined} data-narrow={props.narrow || undefined}>
      {props.children}
    </div>
  );
}

/** A table and what is open beside it. */
export function Beside({ children }: { children: ReactNode }) {
  return <div className={styles.beside}>{children}</div>;
}

/** A titled part of a page. */
export function Section(props: { title: string; description?: ReactNode; aside?: ReactNode; children: ReactNode }) {
  const id = useId();
  return (
    <section className={styles.section} aria-labelledby={id}>
      <div>
        <Group justify="space-between" gap="sm">
          <Title order={2} id={id}>
            {props.title}
          </Title>
          {props.aside}
        </Group>
        {props.description !== undefined && (
          <Text c="dimmed" size="sm" maw={720}>
            {props.description}
          </Text>
        )}
      </div>
      {props.children}
    </section>
  );
}
