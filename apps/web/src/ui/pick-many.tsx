import { Button, Group, Modal, Text } from "@mantine/core";
import { useState, type ReactNode } from "react";
import { DataTable } from "./data-table.tsx";
import type { Column } from "./data-table-column.ts";
import type { ListPages } from "./list-pages.ts";
import { SearchField } from "./search-field.tsx";
import styles from "./pick-many.module.css";

type Props<Row extends { id: string }> = {
  opened: boolean;
  onClose: () => void;
  title: string;
  /** "metric", and its plural. */
  noun: [one: string, many: string];
  /** The verb on the button: "Attach". */
  action: string;
  columns: readonly Column<Row>[];
  pages: ListPages<Row>;
  q: string | undefined;
  onSearch: (q: string | undefined) => void;
  /** More filters beside the search. */
  filters?: ReactNode;
  empty: ReactNode;
  onPick: (ids: string[]) => Promise<unknown>;
};

/** Choosing several things out of a searchable list, in a dialog. */
export function PickMany<Row extends { id: string }>(props: Props<Row>) {
  const [ids, setIds] = useState<ReadonlySet<string>>(new Set());
  const [isBusy, setBusy] = useState(false);
  const close = () => {
    setIds(new Set());
    props.onClose();
  };
  const pick = async () => {
    setBusy(true);
    try {
      await props.onPick([...ids]);
      close();
    } finally {
      setBusy(false);
    }
  };
  const [one, many] = props.noun;
  return (
    <Modal opened={props.opened} onClose={close} title={props.title} size="xl">
      <div className={styles.body}>
        <Group gap="sm">
          <SearchField value={props.q} onChange={props.onSearch} label={`Search ${many}`} />
          {props.filters}
        </Group>
        <DataTable
          label={props.title}
          columns={props.columns}
          pages={props.pages}
          empty={props.empty}
          selection={{ ids, onChange: setIds }}
          onOpen={({ id }) => {
            const chosen = new Set(ids);
            if (!chosen.delete(id)) chosen.add(id);
            setIds(chosen);
          }}
        />
        <Group justify="space-between">
          <Text size="sm" c="dimmed" aria-live="polite">
            {ids.size === 0 ? "Nothing chosen" : `${ids.size} ${ids.size === 1 ? one : many} chosen`}
          </Text>
          <Group gap="xs">
            <Button variant="default" onClick={close}>
              Cancel
            </Button>
            <Button disabled={ids.size === 0} loading={isBusy} onClick={() => void pick()}>
              {props.action} {ids.size === 0 ? "" : ids.size} {ids.size === 1 ? one : many}
            </Button>
          </Group>
        </Group>
      </div>
    </Modal>
  );
}
