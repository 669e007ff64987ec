import { Button, Code, Divider, Group, Stack, Text } from "@mantine/core";
import { IconRocket } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { Experiment, ExperimentVersion } from "@rhesis/router/experiment/schema";
import { trpc } from "../../api/trpc.ts";
import { useCan } from "../../session/member.tsx";
import { CopyButton, CopyLink } from "../../ui/copy.tsx";
import { ButtonLink } from "../../ui/link.tsx";
import { PanelContent } from "../../ui/panel-content.tsx";
import { RelativeTime } from "../../ui/relative-time.tsx";
import { SidePanel } from "../../ui/side-panel.tsx";
import { useModelNames } from "../parameters/model-names.ts";
import { valueText } from "../parameters/parameter-words.ts";
import { Fact } from "../tests/test-facts.tsx";
import { PromoteDialog } from "./promote-dialog.tsx";
import { ValueList } from "./value-list.tsx";

type Props = {
  experiment: Experiment;
  number: number;
  onClose: () => void;
  onPrevious: (() => void) | null;
  onNext: (() => void) | null;
};

/** A version looked at beside the list: what it holds, and what can be done with it. */
export function VersionPanel({ experiment, number, ...moves }: Props) {
  const { id } = experiment;
  const query = useQuery(trpc.experiment.version.queryOptions({ id, number }));
  return (
    <SidePanel title={`v${number} of ${experiment.name}`} {...moves} actions={<CopyLink />}>
      <PanelContent query={query}>
        {(version) => (
          <Stack gap="md">
            <VersionActs experiment={experiment} version={version} />
            <VersionFacts version={version} />
            <Divider label="Values" labelPosition="left" />
            <VersionValues experiment={experiment} version={version} />
          </Stack>
        )}
      </PanelContent>
    </SidePanel>
  );
}

type OfVersion = { experiment: Experiment; version: ExperimentVersion };

function VersionActs({ experiment, version: { number, parent } }: OfVersion) {
  const can = useCan();
  const [isPromoting, setPromoting] = useState(false);
  const { id } = experiment;
  return (
    <Group gap="xs">
      {can("experiment:promote") && (
        <Button
          size="compact-md"
          variant="light"
          leftSection={<IconRocket size={16} />}
          onClick={() => setPromoting(true)}
        >
          Promote
        </Button>
      )}
      {parent !== null && (
        <ButtonLink
          size="compact-md"
          variant="default"
          to="/experiments/$id"
          params={{ id }}
          search={{ tab: "compare", from: parent, to: number }}
        >
          Compare with v{parent}
        </ButtonLink>
      )}
      {can("experiment:update") && (
        <ButtonLink
          size="compact-md"
          variant="default"
          to="/experiments/$id/new-version"
          params={{ id }}
          search={{ from: number }}
        >
          Start a new version from it
        </ButtonLink>
      )}
      {isPromoting && (
        <PromoteDialog
          project_id={experiment.project_id}
          initial={{ name: "", experiment_id: id, version: number }}
          onClose={() => setPromoting(false)}
        />
      )}
    </Group>
  );
}

function VersionFacts({ version }: { version: ExperimentVersion }) {
  const { note, user_name, created_at, parent, content_hash } = version;
  return (
    <>
      {note !== "" && <Fact label="Note">{note}</Fact>}
      <Group gap="xl">
        <Fact label="Saved by">{user_name ?? "–"}</Fact>
        <Fact label="Saved">
          <RelativeTime date={created_at} />
        </Fact>
        {parent !== null && <Fact label="Made from">v{parent}</Fact>}
        <Fact label="Hash">
          <Group gap={4} wrap="nowrap">
            <Code title={content_hash}>{content_hash.slice(0, 12)}</Code>
            <CopyButton value={content_hash} label="Copy the whole hash" />
          </Group>
        </Fact>
      </Group>
    </>
  );
}

function VersionValues({ experiment: { project_id }, version: { values } }: OfVersion) {
  const { data, isError } = useQuery(trpc.parameters.schema.queryOptions({ project_id }));
  const models = useModelNames();
  const typeOf = (name: string) => data?.fields.find((field) => field.name === name)?.type;
  const gone = data === undefined ? [] : Object.keys(values).filter((name) => typeOf(name) === undefined);
  if (data === undefined && !isError) return null;
  return (
    <>
      <ValueList
        fields={data?.fields}
        values={Object.entries(values).map(([name, value]) => ({ name, text: valueText(value, typeOf(name), models) }))}
      />
      {gone.length > 0 && (
        <Text size="sm" c="dimmed">
          The project has no parameter any more for: {gone.join(", ")}.
        </Text>
      )}
    </>
  );
}
