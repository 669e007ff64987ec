import { Alert, Spoiler, Stack, Tabs, Text } from "@mantine/core";
import { IconPlus } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { createLazyRoute, useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import type { Experiment } from "@rhesis/router/experiment/schema";
import type { ParameterEnvironment } from "@rhesis/router/parameter-environment/schema";
import { api, trpc } from "../../api/trpc.ts";
import { useCan } from "../../session/member.tsx";
import { CopyLink } from "../../ui/copy.tsx";
import { ButtonLink } from "../../ui/link.tsx";
import { notifyDone } from "../../ui/notices.ts";
import { PageHeader } from "../../ui/page-header.tsx";
import { PageWaiting } from "../../ui/page-waiting.tsx";
import { Page, Section } from "../../ui/page.tsx";
import { useBoundHere } from "./bound-here.ts";
import { CompareVersions } from "./compare-versions.tsx";
import { ExperimentMenu } from "./experiment-actions.tsx";
import { ExperimentForm } from "./experiment-form.tsx";
import { refreshExperiments } from "./refresh.ts";
import { ResultsByVersion } from "./results-by-version.tsx";
import { experimentTabs } from "./routes.ts";
import { VersionsTable } from "./versions-table.tsx";
import { VisibilityBadge } from "./visibility-badge.tsx";

export const Route = createLazyRoute("/experiments/$id")({ component: ExperimentPage });

const titles = { versions: "Versions", compare: "Compare", results: "Results" };

function ExperimentPage() {
  const { id } = Route.useParams();
  const query = useQuery(trpc.experiment.get.queryOptions({ id }));
  if (query.data === undefined) return <PageWaiting query={query} />;
  return <ExperimentView key={id} experiment={query.data} />;
}

function ExperimentView({ experiment }: { experiment: Experiment }) {
  const { id, name, visibility, latest_version } = experiment;
  const search = Route.useSearch();
  const navigate = useNavigate({ from: "/experiments/$id" });
  const can = useCan();
  const [isEditing, setEditing] = useState(false);
  const [refused, setRefused] = useState<string | null>(null);
  const bound = useBoundHere(experiment);
  const tab = search.tab ?? "versions";
  const create = can("experiment:update") && (
    <ButtonLink to="/experiments/$id/new-version" params={{ id }} leftSection={<IconPlus size={16} />}>
      New version
    </ButtonLink>
  );
  return (
    <Page fill={!isEditing && tab === "versions"}>
      <PageHeader
        title={name}
        parents={[{ label: "Experiments", to: "/experiments" }]}
        status={<VisibilityBadge visibility={visibility} />}
        actions={
          <>
            <CopyLink />
            <ExperimentMenu experiment={experiment} onEdit={() => setEditing(true)} onRefused={setRefused} />
            {latest_version > 0 && create}
          </>
        }
      />
      <Facts experiment={experiment} bound={bound} />
      {refused !== null && <Refused why={refused} onClose={() => setRefused(null)} />}
      {isEditing && <EditExperiment experiment={experiment} onEnd={() => setEditing(false)} />}
      <Tabs
        value={tab}
        onChange={(next) => void navigate({ search: { tab: experimentTabs.find((each) => each === next) } })}
      >
        <Tabs.List>
          {experimentTabs.map((each) => (
            <Tabs.Tab key={each} value={each}>
              {titles[each]}
              {each === "versions" && ` (${latest_version.toLocaleString("en")})`}
            </Tabs.Tab>
          ))}
        </Tabs.List>
      </Tabs>
      {tab === "versions" && <VersionsTable experiment={experiment} bound={bound} create={create} />}
      {tab === "compare" && <CompareVersions experiment={experiment} />}
      {tab === "results" && <ResultsByVersion experiment={experiment} />}
    </Page>
  );
}

function Facts({ experiment, bound }: { experiment: Experiment; bound: readonly ParameterEnvironment[] }) {
  const { owner_name, visibility, description } = experiment;
  const uses = bound.map(({ name, experiment_version }) => `${name} (v${experiment_version})`).join(", ");
  return (
    <>
      {description !== "" && (
        <Spoiler maxHeight={64} showLabel="Show all" hideLabel="Show less" fz="sm">
          <Text size="sm" maw={760} className="break-words">
            {description}
          </Text>
        </Spoiler>
      )}
      <Text size="sm" c="dimmed" className="break-words">
        {owner_name === null ? "Its owner has left" : `Owned by ${owner_name}`}
        {visibility === "private" && ", who alone sees it"}
        {uses !== "" && `, in use as ${uses}`}
      </Text>
    </>
  );
}

/** Why something could not be done, and where to put it right. */
function Refused({ why, onClose }: { why: string; onClose: () => void }) {
  return (
    <Alert
      color="red"
      role="alert"
      title="This cannot be done yet"
      withCloseButton
      closeButtonLabel="Close"
      onClose={onClose}
    >
      <Stack gap="xs" align="flex-start">
        {why}
        <ButtonLink size="compact-md" variant="default" to="/experiments/environments">
          Go to the environments
        </ButtonLink>
      </Stack>
    </Alert>
  );
}

function EditExperiment({ experiment, onEnd }: { experiment: Experiment; onEnd: () => void }) {
  const { id, version, project_id, name, description, visibility } = experiment;
  return (
    <Section title="Name and description">
      <ExperimentForm
        initial={{ project_id, name, description, visibility }}
        isNew={false}
        submit="Save changes"
        save={async (input) => {
          const changes = { name: input.name, description: input.description };
          await api.experiment.update.mutate({ id, expected_version: version, ...changes });
          await refreshExperiments();
          onEnd();
          notifyDone("Saved.");
        }}
        onCancel={onEnd}
      />
    </Section>
  );
}
