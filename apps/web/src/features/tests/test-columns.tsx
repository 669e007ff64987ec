import { Text } from "@mantine/core";
import type { TestItem } from "@rhesis/router/test/schema";
import type { Column } from "../../ui/data-table-column.ts";
import { RowLink } from "../../ui/link.tsx";

function Soft({ text }: { text: string | null }) {
  return (
    <Text span size="sm" c="dimmed" title={text ?? ""}>
      {text ?? "–"}
    </Text>
  );
}

/** The columns of tests wherever they are listed. */
export const testColumns: Column<TestItem, never>[] = [
  {
    key: "input",
    title: "Input",
    width: "minmax(220px, 2.2fr)",
    cell: (row) => (
      <RowLink to="/tests/$id" params={{ id: row.id }} title={row.input} fw={500}>
        {row.kind === "multi_turn" && (
          <Text span size="xs" c="dimmed">
            Conversation ·{" "}
          </Text>
        )}
        {row.input}
      </RowLink>
    ),
  },
  {
    key: "expected_output",
    title: "Expected output",
    width: "minmax(160px, 1.7fr)",
    wide_only: true,
    cell: (row) => <Soft text={row.expected_output} />,
  },
  {
    key: "requirement",
    title: "Requirement",
    width: "minmax(150px, 1.4fr)",
    wide_only: true,
    cell: (row) => <Soft text={row.requirement_name} />,
  },
  {
    key: "topic",
    title: "Topic",
    width: "minmax(120px, 1fr)",
    wide_only: true,
    cell: (row) => <Soft text={row.topic_name} />,
  },
  {
    key: "category",
    title: "Category",
    width: "minmax(110px, 0.9fr)",
    wide_only: true,
    cell: (row) => <Soft text={row.category_name} />,
  },
];
