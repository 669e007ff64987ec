import { Button, Code, Group, Paper, Text } from "@mantine/core";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useMemo, useState, type ReactNode } from "react";
import type { Experiment, VersionItem } from "@rhesis/router/experiment/schema";
import type { ParameterEnvironment } from "@rhesis/router/parameter-environment/schema";
import { trpc } from "../../api/trpc.ts";
import type { Column } from "../../ui/data-table-column.ts";
import { DataTable } from "../../ui/data-table.tsx";
import { EmptyState } from "../../ui/empty-state.tsx";
import { listPaging, pageSize, useListPages } from "../../ui/list-pages.ts";
import { Beside } from "../../ui/page.tsx";
import { RelativeTime } from "../../ui/relative-time.tsx";
import { neighboursOf } from "../../ui/side-panel.tsx";
import { VersionPanel } from "./version-panel.tsx";

function columnsFor(bound: readonly ParameterEnvironment[]): Column<VersionItem>[] {
  return [
    {
      key: "number",
      title: "Version",
      width: "84px",
      cell: (row) => (
        <Text span size="sm" fw={600}>
          v{row.number}
        </Text>
      ),
    },
    {
      key: "note",
      title: "Note",
      width: "minmax(120px, 2fr)",
      cell: (row) => <span title={row.note}>{row.note === "" ? "–" : row.note}</span>,
    },
    {
      key: "environments",
      title: "In use as",
      width: "minmax(112px, 1fr)",
      cell: (row) => <InUse names={bound.filter((each) => each.experiment_version === row.number)} />,
    },
    { key: "author", title: "By", width: "minmax(110px, 1fr)", wide_only: true, cell: (row) => row.user_name ?? "–" },
    {
      key: "created_at",
      title: "Saved",
      width: "140px",
      wide_only: true,
      cell: (row) => <RelativeTime date={row.created_at} />,
    },
    {
      key: "content_hash",
      title: "Hash",
      width: "110px",
      wide_only: true,
      cell: (row) => <Code>{row.content_hash.slice(0, 8)}</Code>,
    },
  ];
}

function InUse({ names }: { names: readonly ParameterEnvironment[] }) {
  const text = names.map(({ name }) => name).join(", ");
  return <span title={text}>{text === "" ? "–" : text}</span>;
}

type Props = { experiment: Experiment; bound: readonly ParameterEnvironment[]; create: ReactNode };

/** The versions of an experiment, the newest first, and the open one beside them. */
export function VersionsTable({ experiment, bound, create }: Props) {
  const { id } = experiment;
  const navigate = useNavigate({ from: "/experiments/$id" });
  const { version } = useSearch({ from: "/experiments/$id" });
  const [ids, setIds] = useState<ReadonlySet<string>>(new Set());
  const pages = useListPages(trpc.experiment.versions.infiniteQueryOptions({ id, limit: pageSize }, listPaging));
  const columns = useMemo(() => columnsFor(bound), [bound]);
  const open = (number: number | undefined) =>
    void navigate({ search: (before) => ({ ...before, version: number }), replace: true });
  const openId = pages.rows.find(({ number }) => number === version)?.id;
  const { previous, next } = neighboursOf(pages.rows, openId);
  const steps = {
    previous: previous === null ? null : () => open(previous.number),
    next: next === null ? null : () => open(next.number),
  };
  return (
    <>
      <Chosen versions={pages.rows.filter((row) => ids.has(row.id))} onDone={() => setIds(new Set())} />
      <Beside>
        <DataTable
          label="Versions"
          columns={columns}
          pages={pages}
          openId={openId}
          onOpen={(row) => open(row.number)}
          onClose={() => open(undefined)}
          steps={steps}
          selection={{ ids, onChange: setIds }}
          empty={
            <EmptyState title="No versions yet" action={create}>
              A version holds a value for each parameter of the project. It is never changed: what differs becomes the
              next one.
            </EmptyState>
          }
        />
        {version !== undefined && (
          <VersionPanel
            key={version}
            experiment={experiment}
            number={version}
            onClose={() => open(undefined)}
            onPrevious={steps.previous}
            onNext={steps.next}
          />
        )}
      </Beside>
    </>
  );
}

/** Two versions that were chosen can be compared. */
function Chosen({ versions, onDone }: { versions: readonly VersionItem[]; onDone: () => void }) {
  const navigate = useNavigate({ from: "/experiments/$id" });
  if (versions.length === 0) return null;
  const [from, to] = versions.map(({ number }) => number).toSorted((one, other) => one - other);
  const compare = () => void navigate({ search: (before) => ({ ...before, tab: "compare", from, to }) });
  return (
    <Paper withBorder px="md" py={8} role="toolbar" aria-label="Chosen versions">
      <Group justify="space-between">
        <Text size="sm" fw={600}>
          {versions.length === 2 ? `v${from} and v${to} chosen` : "Choose two to compare them"}
        </Text>
        <Group gap="xs">
          <Button size="compact-md" variant="default" disabled={versions.length !== 2} onClick={compare}>
            Compare
          </Button>
          <Button size="compact-md" variant="subtle" onClick={onDone}>
            Choose none
          </Button>
        </Group>
      </Group>
    </Paper>
  );
}
