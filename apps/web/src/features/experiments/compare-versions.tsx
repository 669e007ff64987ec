import { ActionIcon, Group, Switch, Text, Tooltip } from "@mantine/core";
import { useHotkeys } from "@mantine/hooks";
import { IconArrowsLeftRight } from "@tabler/icons-react";
import { skipToken, useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import type { Experiment, ExperimentVersion } from "@rhesis/router/experiment/schema";
import { trpc } from "../../api/trpc.ts";
import { EmptyState } from "../../ui/empty-state.tsx";
import { PanelContent } from "../../ui/panel-content.tsx";
import { Section } from "../../ui/page.tsx";
import { useModelNames } from "../parameters/model-names.ts";
import { DifferenceItem } from "./difference-item.tsx";
import { differences } from "./version-diff.ts";
import { VersionSelect } from "./version-select.tsx";
import styles from "./compare.module.css";

type Asked = { from: number | null; to: number | null };

/** The two versions of the address, else the newest and the one before it. */
function askedOf(
  { latest_version }: Experiment,
  search: { from?: number | undefined; to?: number | undefined },
): Asked {
  const to = search.to ?? (latest_version === 0 ? null : latest_version);
  const before = to === null || to <= 1 ? null : to - 1;
  return { from: search.from ?? before, to };
}

/** Two versions held against each other; what is the same is left out unless one asks for it. */
export function CompareVersions({ experiment }: { experiment: Experiment }) {
  const { id } = experiment;
  const search = useSearch({ from: "/experiments/$id" });
  const navigate = useNavigate({ from: "/experiments/$id" });
  const { from, to } = askedOf(experiment, search);
  const all = search.all === true;
  const set = (changes: Partial<typeof search>) =>
    void navigate({ search: (before) => ({ ...before, ...changes }), replace: true });
  const toggle = () => set({ all: all ? undefined : true });
  useHotkeys([["d", toggle]]);
  return (
    <Section title="What is different" aside={<Switch label="Only differences (d)" checked={!all} onChange={toggle} />}>
      <Group gap="xs" align="flex-end">
        <VersionSelect
          label="From"
          experiment_id={id}
          value={from}
          onChange={(number) => set({ from: number ?? undefined, to: to ?? undefined })}
        />
        <Tooltip label="Swap the two">
          <ActionIcon
            variant="default"
            size={36}
            aria-label="Swap the two"
            disabled={from === null || to === null}
            onClick={() => set({ from: to ?? undefined, to: from ?? undefined })}
          >
            <IconArrowsLeftRight size={16} />
          </ActionIcon>
        </Tooltip>
        <VersionSelect
          label="To"
          experiment_id={id}
          value={to}
          onChange={(number) => set({ to: number ?? undefined, from: from ?? undefined })}
        />
      </Group>
      {from === null || to === null ? (
        <EmptyState title="Nothing to compare yet">Two versions are needed.</EmptyState>
      ) : (
        <Differences experiment={experiment} from={from} to={to} all={all} />
      )}
    </Section>
  );
}

function useVersion(id: string, number: number) {
  return useQuery(trpc.experiment.version.queryOptions(number < 1 ? skipToken : { id, number }));
}

function Differences(props: { experiment: Experiment; from: number; to: number; all: boolean }) {
  const { experiment, from, to, all } = props;
  const [before, after] = [useVersion(experiment.id, from), useVersion(experiment.id, to)];
  const both =
    before.data === undefined || after.data === undefined ? undefined : { before: before.data, after: after.data };
  const query = {
    data: both,
    error: before.error ?? after.error,
    refetch: () => Promise.all([before.refetch(), after.refetch()]),
  };
  return (
    <PanelContent query={query}>
      {(versions) => <Listed project_id={experiment.project_id} {...versions} all={all} />}
    </PanelContent>
  );
}

type ListedProps = { project_id: string; before: ExperimentVersion; after: ExperimentVersion; all: boolean };

function Listed({ project_id, before, after, all }: ListedProps) {
  const { data } = useQuery(trpc.parameters.schema.queryOptions({ project_id }));
  const models = useModelNames();
  if (data === undefined) return null;
  const held = differences(data.fields, before.values, after.values);
  const different = held.filter(({ is_same }) => !is_same);
  const same = held.length - different.length;
  const shown = all ? held : different;
  return (
    <>
      <Text size="sm" c="dimmed" role="status">
        {countText(different.length, same)}
      </Text>
      {shown.length > 0 && (
        <ul className={styles.list}>
          {shown.map((each) => (
            <DifferenceItem key={each.name} difference={each} from={before.number} to={after.number} models={models} />
          ))}
        </ul>
      )}
    </>
  );
}

function countText(different: number, same: number): string {
  const what = (count: number) => (count === 1 ? "1 parameter" : `${count} parameters`);
  const is = (count: number) => (count === 1 ? "is" : "are");
  if (different === 0) return "The two hold the same values.";
  return `${what(different)} ${is(different)} different, ${same} ${is(same)} the same.`;
}
