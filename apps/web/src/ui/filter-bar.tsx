import { Button, Group } from "@mantine/core";
import type { ReactNode } from "react";
import styles from "./filter-bar.module.css";

/** Search and filters above a list, with one way to drop them all. */
export function FilterBar(props: { onClear: (() => void) | null; children: ReactNode }) {
  return (
    <Group gap="sm" align="center" className={styles.bar}>
      {props.children}
      {props.onClear !== null && (
        <Button variant="subtle" size="compact-sm" onClick={props.onClear}>
          Clear filters
        </Button>
      )}
    </Group>
  );
}
