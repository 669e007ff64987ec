import { Alert, Autocomplete, Button, Group, Modal, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { bindEnvironment } from "@rhesis/router/parameter-environment/schema";
import { api, trpc } from "../../api/trpc.ts";
import { useCan } from "../../session/member.tsx";
import { useContractForm } from "../../ui/form.ts";
import { FormFailure } from "../../ui/form-parts.tsx";
import { notifyDone, notifyFailure } from "../../ui/notices.ts";
import { commonEnvironments } from "./common-environments.ts";
import { ExperimentSelect } from "./experiment-select.tsx";
import { refreshExperiments } from "./refresh.ts";
import { VersionSelect } from "./version-select.tsx";

type Values = { name: string; experiment_id: string; version: number | null };
type Props = { project_id: string; initial: Values; onClose: () => void };

/** Binds an environment to a version. What is known already is filled in. */
export function PromoteDialog({ project_id, initial, onClose }: Props) {
  const { form, onSubmit, isSaving, failure } = useContractForm({
    schema: bindEnvironment,
    initialValues: initial,
    toInput: (values) => ({ ...values, project_id }),
    save: async (input) => {
      const { name, experiment_name, experiment_version } = await api.parameter_environment.bind.mutate(input);
      await refreshExperiments();
      onClose();
      notifyDone(`${name} is v${experiment_version} of “${experiment_name}” now.`);
    },
  });
  const { name, experiment_id, version } = form.getValues();
  // Where the rest is known already, only the version is left to choose.
  const isVersionNext = initial.name !== "" && initial.experiment_id !== "";
  const setExperiment = (id: string | null) => {
    form.setFieldValue("experiment_id", id ?? "");
    form.setFieldValue("version", null);
  };
  return (
    <Modal opened onClose={onClose} title="Promote a version to an environment">
      <form onSubmit={onSubmit} noValidate>
        <Stack gap="md">
          <EnvironmentName project_id={project_id} isFirst={!isVersionNext} {...form.getInputProps("name")} />
          <ExperimentSelect
            project_id={project_id}
            shared
            required
            value={experiment_id === "" ? null : experiment_id}
            onChange={setExperiment}
            error={form.errors["experiment_id"]}
          />
          <VersionSelect
            label="Version"
            required
            placeholder="Choose a version"
            isFirst={isVersionNext}
            experiment_id={experiment_id === "" ? null : experiment_id}
            value={version}
            onChange={(number) => form.setFieldValue("version", number)}
            error={form.errors["version"]}
          />
          <PrivateNote experiment_id={experiment_id} />
          <Before project_id={project_id} name={name} />
          <FormFailure failure={failure} />
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" loading={isSaving}>
              Promote
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}

type NameProps = {
  project_id: string;
  isFirst: boolean;
  value?: string;
  onChange?: (name: string) => void;
  error?: React.ReactNode;
};

function EnvironmentName({ project_id, isFirst, ...input }: NameProps) {
  const { data } = useQuery(trpc.parameter_environment.list.queryOptions({ project_id }));
  const names = new Set([...commonEnvironments, ...(data?.items ?? []).map(({ name }) => name)]);
  return (
    <Autocomplete
      label="Environment"
      description="Choose one, or type a name of your own."
      placeholder="production"
      openOnFocus={false}
      withAsterisk
      {...(isFirst ? { "data-autofocus": true } : {})}
      data={[...names]}
      {...input}
    />
  );
}

/** What it is bound to so far. */
function Before({ project_id, name }: { project_id: string; name: string }) {
  const { data } = useQuery(trpc.parameter_environment.list.queryOptions({ project_id }));
  const before = data?.items.find((each) => each.name === name);
  if (before === undefined) return null;
  return (
    <Text size="sm" className="break-words">
      So far {name} is v{before.experiment_version} of “{before.experiment_name}”. Runs that were started with it keep
      what they have.
    </Text>
  );
}

/** An environment is for everybody, so what it is bound to has to be. */
function PrivateNote({ experiment_id }: { experiment_id: string }) {
  const can = useCan();
  const isChosen = experiment_id !== "";
  const { data } = useQuery(trpc.experiment.get.queryOptions({ id: experiment_id }, { enabled: isChosen }));
  if (!isChosen || data?.visibility !== "private") return null;
  const share = async () => {
    try {
      await api.experiment.share.mutate({ id: data.id, expected_version: data.version });
      await refreshExperiments();
      notifyDone(`Everybody in the organization sees “${data.name}” now.`);
    } catch (error) {
      notifyFailure(error);
    }
  };
  return (
    <Alert color="yellow" title="Only you see this experiment">
      <Stack gap="xs" align="flex-start">
        An environment is for everybody, so its experiment has to be shared first.
        {can("experiment:update") && (
          <Button size="compact-md" variant="default" onClick={() => void share()}>
            Share it with everybody
          </Button>
        )}
      </Stack>
    </Alert>
  );
}
