import { ActionIcon, Tooltip } from "@mantine/core";
import { IconChevronDown, IconChevronUp, IconX } from "@tabler/icons-react";
import type { ReactNode } from "react";
import styles from "./page.module.css";

type Props = {
  title: string;
  onClose: () => void;
  /** The row before and after in the list as it is filtered and sorted; null at its ends. */
  onPrevious?: (() => void) | null;
  onNext?: (() => void) | null;
  /** Other controls of the head: a link to the full page, copy. */
  actions?: ReactNode;
  children: ReactNode;
};

/** A row looked at beside its list. Place it after the table, inside `Beside`. */
export function SidePanel({ title, onClose, onPrevious, onNext, actions, children }: Props) {
  return (
    <aside className={styles.panel} aria-label={title}>
      <div className={styles.panelHead}>
        <h2 className={`${styles.panelTitle} one-line`} title={title}>
          {title}
        </h2>
        {actions}
        {onPrevious !== undefined && (
          <PanelButton label="Previous (k)" onClick={onPrevious}>
            <IconChevronUp size={18} />
          </PanelButton>
        )}
        {onNext !== undefined && (
          <PanelButton label="Next (j)" onClick={onNext}>
            <IconChevronDown size={18} />
          </PanelButton>
        )}
        <PanelButton label="Close (Esc)" onClick={onClose}>
          <IconX size={18} />
        </PanelButton>
      </div>
      {/* What holds nothing but text is scrolled with the keys as well. */}
      <div className={styles.panelBody} tabIndex={0} role="region" aria-label={`What ${title} holds`}>
        {children}
      </div>
    </aside>
  );
}

function PanelButton(props: { label: string; onClick: (() => void) | null; children: ReactNode }) {
  const { label, onClick, children } = props;
  return (
    <Tooltip label={label}>
      <ActionIcon
        variant="subtle"
        color="gray"
        aria-label={label}
        disabled={onClick === null}
        onClick={() => onClick?.()}
      >
        {children}
      </ActionIcon>
    </Tooltip>
  );
}

/** The rows before and after the open one, as the list is filtered and sorted now. */
export function neighboursOf<Row extends { id: string }>(
  rows: readonly Row[],
  openId: string | undefined,
): { previous: Row | null; next: Row | null } {
  const index = rows.findIndex((row) => row.id === openId);
  if (index < 0) return { previous: null, next: null };
  return { previous: rows[index - 1] ?? null, next: rows[index + 1] ?? null };
}
