/** Choosing the version of parameters that a run is made with. */
import { Alert, Collapse, SegmentedControl, Select, Skeleton, Stack, Text, UnstyledButton } from "@mantine/core";
import { skipToken, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { ParameterEnvironment } from "@rhesis/router/parameter-environment/schema";
import type { ResolvedParameters } from "@rhesis/router/parameters/schema";
import { failureOf } from "../../api/problems.ts";
import { trpc } from "../../api/trpc.ts";
import { RetryButton } from "../../ui/error-state.tsx";
import { usedValueText } from "../parameters/parameter-words.ts";
import { ExperimentSelect } from "./experiment-select.tsx";
import {
  defaultEnvironment,
  requestOf,
  wayOf,
  type ParametersChoice,
  type ParametersWay,
} from "./parameters-request.ts";
import { ValueList } from "./value-list.tsx";
import { VersionLink } from "./version-link.tsx";
import { VersionSelect } from "./version-select.tsx";

/** What is known of the choice: which way, what is asked for, and whether a run can be started with it. */
export function useRunParameters(project_id: string | undefined, choice: ParametersChoice) {
  const isKnownProject = project_id !== undefined;
  const environments = useQuery(
    trpc.parameter_environment.list.queryOptions(isKnownProject ? { project_id } : skipToken),
  );
  const experiments = useQuery(
    trpc.experiment.list.queryOptions(isKnownProject ? { project_id, limit: 1 } : skipToken),
  );
  const bound = environments.data?.items ?? [];
  const failure = environments.data === undefined ? environments.error : null;
  const way = wayOf(
    choice,
    bound.some(({ name }) => name === defaultEnvironment),
  );
  const request = requestOf(way, choice);
  const isAsked = choice.with !== undefined || choice.experiment !== undefined || choice.environment !== undefined;
  // Without knowing what is bound to default it cannot be said what no choice means.
  const isKnown = isAsked || environments.data !== undefined;
  const resolve =
    isKnownProject && isKnown && request !== undefined && request !== null ? { project_id, ...request } : skipToken;
  return {
    way,
    bound,
    request: request ?? undefined,
    isReady: isKnown && request !== null,
    /** Nothing can be chosen in a project without experiments. A failure is told, since no run can be started with it. */
    isOffered: isAsked || bound.length > 0 || (experiments.data?.total ?? 0) > 0 || failure !== null,
    resolved: useQuery({ ...trpc.parameters.resolve.queryOptions(resolve), retry: false }),
    failure,
    retry: environments.refetch,
  };
}

type RunParameters = ReturnType<typeof useRunParameters>;

const ways: readonly { value: ParametersWay; label: string }[] = [
  { value: "none", label: "None" },
  { value: "environment", label: "Environment" },
  { value: "experiment", label: "Experiment" },
];

type Props = {
  project_id: string;
  choice: ParametersChoice;
  parameters: RunParameters;
  onChange: (changes: ParametersChoice) => void;
};

export function ParametersChoiceField({ project_id, choice, parameters, onChange }: Props) {
  const { way, failure } = parameters;
  if (!parameters.isOffered) return null;
  return (
    <Stack gap="xs">
      <div>
        <Text size="sm" fw={500} id="parameters-of-run">
          Parameters
        </Text>
        <Text size="sm" c="dimmed">
          Which values the requests are made with.
        </Text>
      </div>
      <SegmentedControl
        aria-labelledby="parameters-of-run"
        fullWidth
        data={[...ways]}
        value={way}
        onChange={(next) => onChange({ with: next })}
      />
      {failure !== null && (
        <Alert color="red" role="alert" title="What the environments are bound to could not be loaded">
          <div>{failureOf(failure).message}</div>
          <RetryButton onRetry={parameters.retry} />
        </Alert>
      )}
      {way === "environment" && (
        <EnvironmentSelect
          bound={parameters.bound}
          value={choice.environment ?? defaultEnvironment}
          onChange={(environment) => onChange({ with: way, environment })}
        />
      )}
      {way === "experiment" && <ExperimentChoice project_id={project_id} choice={choice} onChange={onChange} />}
      {way !== "none" && parameters.isReady && <Resolved project_id={project_id} parameters={parameters} />}
    </Stack>
  );
}

type EnvironmentProps = {
  bound: readonly ParameterEnvironment[];
  value: string;
  onChange: (name: string) => void;
};

function EnvironmentSelect({ bound, value, onChange }: EnvironmentProps) {
  const names = Array.from(new Set([...bound.map(({ name }) => name), value]));
  return (
    <Select
      label="Environment"
      data={names}
      value={value}
      allowDeselect={false}
      onChange={(name) => name !== null && onChange(name)}
    />
  );
}

function ExperimentChoice({ project_id, choice, onChange }: Omit<Props, "parameters">) {
  const { experiment = null, version = null } = choice;
  return (
    <>
      <ExperimentSelect
        project_id={project_id}
        required
        value={experiment}
        onChange={(id) => onChange({ with: "experiment", experiment: id ?? undefined, version: undefined })}
      />
      <VersionSelect
        label="Version"
        placeholder="The newest when the run starts"
        clearable
        experiment_id={experiment}
        value={version}
        onChange={(number) => onChange({ version: number ?? undefined })}
      />
    </>
  );
}

/** What the choice means now, or why a run cannot be started with it. */
function Resolved({ project_id, parameters }: { project_id: string; parameters: RunParameters }) {
  const { data, error, isFetching } = parameters.resolved;
  if (error !== null) {
    return (
      <Alert color="yellow" role="alert" title="A run cannot be started with this">
        {failureOf(error).message}
      </Alert>
    );
  }
  if (data === undefined) return isFetching ? <Skeleton height={20} /> : null;
  return <ResolvedValues project_id={project_id} resolved={data} />;
}

function ResolvedValues({ project_id, resolved }: { project_id: string; resolved: ResolvedParameters }) {
  const [isOpen, setOpen] = useState(false);
  const schema = useQuery(trpc.parameters.schema.queryOptions({ project_id }));
  const values = Object.entries(resolved.params).map(([name, value]) => ({ name, text: usedValueText(value) }));
  return (
    <div>
      <Text size="sm">
        <VersionLink {...resolved} />
        {" · "}
        <UnstyledButton fz="sm" td="underline" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
          {isOpen ? "Hide the values" : "Show the values"}
        </UnstyledButton>
      </Text>
      <Collapse expanded={isOpen}>
        <div style={{ paddingTop: 8 }}>{isOpen && <ValueList values={values} fields={schema.data?.fields} />}</div>
      </Collapse>
    </div>
  );
}
