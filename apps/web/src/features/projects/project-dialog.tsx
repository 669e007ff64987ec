import { Button, Group, Modal, Stack, Textarea, TextInput } from "@mantine/core";
import { createProject, updateProject, type Project } from "@rhesis/router/project/schema";
import { api, queryClient, trpc } from "../../api/trpc.ts";
import { useContractForm, type ContractForm } from "../../ui/form.ts";
import { FormFailure } from "../../ui/form-parts.tsx";
import { notifyDone } from "../../ui/notices.ts";

type Values = { name: string; description: string };

/** Creates a project, or changes the one given. */
export function ProjectDialog({ project, onClose }: { project?: Project; onClose: () => void }) {
  if (project === undefined) return <NewProject onClose={onClose} />;
  return <EditProject project={project} onClose={onClose} />;
}

async function saved(text: string, onClose: () => void): Promise<void> {
  await queryClient.invalidateQueries(trpc.project.pathFilter());
  notifyDone(text);
  onClose();
}

function NewProject({ onClose }: { onClose: () => void }) {
  const form = useContractForm({
    schema: createProject,
    initialValues: { name: "", description: "" },
    save: async (input) => saved(`${(await api.project.create.mutate(input)).name} was created.`, onClose),
  });
  return <Dialog title="Create a project" submit="Create project" contract={form} onClose={onClose} />;
}

function EditProject({ project, onClose }: { project: Project; onClose: () => void }) {
  const form = useContractForm({
    schema: updateProject,
    initialValues: { name: project.name, description: project.description },
    toInput: (values) => ({ ...values, id: project.id, expected_version: project.version }),
    save: async (input) => {
      await api.project.update.mutate(input);
      await saved("Saved.", onClose);
    },
  });
  return <Dialog title="Change the project" submit="Save" contract={form} onClose={onClose} />;
}

function Dialog(props: { title: string; submit: string; contract: ContractForm<Values>; onClose: () => void }) {
  const { form, onSubmit, isSaving, failure } = props.contract;
  return (
    <Modal opened onClose={props.onClose} title={props.title}>
      <form onSubmit={onSubmit} noValidate>
        <Stack>
          <TextInput label="Name" data-autofocus {...form.getInputProps("name")} />
          <Textarea label="Description" autosize minRows={2} {...form.getInputProps("description")} />
          <FormFailure failure={failure} />
          <Group justify="flex-end">
            <Button variant="default" onClick={props.onClose}>
              Cancel
            </Button>
            <Button type="submit" loading={isSaving}>
              {props.submit}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
