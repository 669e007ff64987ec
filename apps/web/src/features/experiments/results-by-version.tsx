import { Group, Select, Table, Text, VisuallyHidden } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import type { Experiment, VersionResults } from "@rhesis/router/experiment/schema";
import { trpc } from "../../api/trpc.ts";
import { EmptyState, NothingMatches } from "../../ui/empty-state.tsx";
import { ButtonLink, TextLink } from "../../ui/link.tsx";
import { PanelContent } from "../../ui/panel-content.tsx";
import { PassRate } from "../../ui/pass-rate.tsx";
import { Section } from "../../ui/page.tsx";
import { RelativeTime } from "../../ui/relative-time.tsx";
import { TestSetSelect } from "../test-sets/test-set-select.tsx";
import { changeText, comparedResults, type ComparedResults } from "./rate-change.ts";

/** What runs with each version came to, each version against one of them. */
export function ResultsByVersion({ experiment: { id, project_id } }: { experiment: Experiment }) {
  const { test_set } = useSearch({ from: "/experiments/$id" });
  const navigate = useNavigate({ from: "/experiments/$id" });
  const query = useQuery(trpc.experiment.results.queryOptions({ id, test_set_id: test_set }));
  const set = (changes: { test_set?: string | undefined; against?: number | undefined }) =>
    void navigate({ search: (before) => ({ ...before, ...changes }), replace: true });
  return (
    <Section
      title="Results by version"
      description="Versions compare fairly where they were asked the same: choose a test set. Runs that only score answers again do not count."
    >
      <Group gap="sm">
        <TestSetSelect
          compact
          project_id={project_id}
          value={test_set ?? null}
          onChange={(chosen) => set({ test_set: chosen ?? undefined })}
        />
        <AgainstSelect items={query.data?.items ?? []} onChange={(against) => set({ against })} />
      </Group>
      <PanelContent query={query}>
        {({ items }) =>
          items.length > 0 ? (
            <Results id={id} items={items} />
          ) : test_set !== undefined ? (
            <NothingMatches onClear={() => set({ test_set: undefined })} />
          ) : (
            <EmptyState title="No runs yet" action={<ChooseSet />}>
              Run a test set with a version of this experiment: what it comes to is counted here.
            </EmptyState>
          )
        }
      </PanelContent>
    </Section>
  );
}

function ChooseSet() {
  return (
    <ButtonLink variant="light" to="/test-sets">
      Choose a test set to run
    </ButtonLink>
  );
}

/** Where the address names none: the oldest that there are results of. */
function againstOf(items: readonly VersionResults[], against: number | undefined): number | null {
  const isThere = items.some(({ version }) => version === against);
  return isThere ? (against ?? null) : (items.at(-1)?.version ?? null);
}

type AgainstProps = { items: readonly VersionResults[]; onChange: (version: number | undefined) => void };

function AgainstSelect({ items, onChange }: AgainstProps) {
  const { against } = useSearch({ from: "/experiments/$id" });
  if (items.length < 2) return null;
  return (
    <Select
      aria-label="Compare with"
      w={180}
      allowDeselect={false}
      data={items.map(({ version }) => ({ value: String(version), label: `Compared with v${version}` }))}
      value={String(againstOf(items, against))}
      onChange={(value) => onChange(value === null ? undefined : Number(value))}
    />
  );
}

function Results({ id, items }: { id: string; items: readonly VersionResults[] }) {
  const { against, test_set } = useSearch({ from: "/experiments/$id" });
  const base = againstOf(items, against);
  return (
    <Table.ScrollContainer minWidth={940}>
      <Table verticalSpacing="xs" fz="sm">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Version</Table.Th>
            <Table.Th w={170}>Pass rate</Table.Th>
            <Table.Th>{items.length > 1 ? `Against v${base}` : "Change"}</Table.Th>
            {["Tests", "Passed", "Failed", "Inconclusive", "Errors"].map((title) => (
              <Table.Th key={title} ta="right">
                {title}
              </Table.Th>
            ))}
            <Table.Th>Runs</Table.Th>
            <Table.Th>Last run</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {comparedResults(items, base).map((item) => (
            <ResultRow key={item.id} id={id} item={item} base={base} test_set={test_set} />
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}

type RowProps = { id: string; item: ComparedResults; base: number | null; test_set: string | undefined };

function ResultRow({ id, item, base, test_set }: RowProps) {
  const { version, tests, passed, failed, inconclusive, errored, runs, change } = item;
  return (
    <Table.Tr>
      <Table.Td>
        <TextLink to="/experiments/$id" params={{ id }} search={{ version }} size="sm" fw={600}>
          v{version}
        </TextLink>
      </Table.Td>
      <Table.Td>
        <PassRate counts={{ ...item, total: tests }} />
      </Table.Td>
      <Table.Td style={{ whiteSpace: "nowrap" }}>
        <Group gap={6} wrap="nowrap">
          <Text span size="sm" fw={600} c={change === null ? "dimmed" : change < -0.05 ? "var(--fail)" : "inherit"}>
            {changeText(change)}
          </Text>
          {base !== null && version !== base && (
            <TextLink
              to="/experiments/$id"
              params={{ id }}
              search={{ tab: "compare", from: base, to: version }}
              size="sm"
            >
              what changed
              <VisuallyHidden>
                {" "}
                from v{base} to v{version}
              </VisuallyHidden>
            </TextLink>
          )}
        </Group>
      </Table.Td>
      {[tests, passed, failed, inconclusive, errored].map((count, nr) => (
        // oxlint-disable-next-line react/no-array-index-key -- always the same five
        <Table.Td key={nr} ta="right">
          {count.toLocaleString("en")}
        </Table.Td>
      ))}
      <Table.Td>
        <TextLink to="/test-runs" search={{ experiment: id, version, test_set }} size="sm">
          {runs === 1 ? "1 run" : `${runs.toLocaleString("en")} runs`}
        </TextLink>
      </Table.Td>
      <Table.Td style={{ whiteSpace: "nowrap" }}>
        <RelativeTime date={item.last_run_at} />
      </Table.Td>
    </Table.Tr>
  );
}
