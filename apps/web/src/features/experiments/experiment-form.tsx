import { Radio, Stack, TextInput, Textarea } from "@mantine/core";
import { createExperiment } from "@rhesis/router/experiment/schema";
import type { z } from "zod";
import { FormActions, FormFailure, useUnsavedGuard } from "../../ui/form-parts.tsx";
import { useContractForm } from "../../ui/form.ts";
import { ProjectOfNew, useIsProjectAwaited } from "../../ui/project-select.tsx";

type Input = z.infer<typeof createExperiment>;

type Props = {
  initial: Input;
  /** Who sees it is chosen here once; later it is an act of its own. */
  isNew: boolean;
  submit: string;
  save: (input: Input) => Promise<unknown>;
  onCancel: () => void;
};

export function ExperimentForm({ initial, isNew, submit, save, onCancel }: Props) {
  const { form, onSubmit, isSaving, failure, hasUnsaved } = useContractForm({
    schema: createExperiment,
    initialValues: initial,
    save,
  });
  useUnsavedGuard(hasUnsaved);
  const { project_id } = form.getValues();
  const isAwaited = useIsProjectAwaited(project_id);
  return (
    <form onSubmit={onSubmit} noValidate>
      <Stack gap="md">
        {isNew && (
          <ProjectOfNew
            value={project_id}
            onChange={(id) => form.setFieldValue("project_id", id)}
            error={form.errors["project_id"]}
          />
        )}
        <TextInput
          label="Name"
          placeholder="Shorter answers"
          withAsterisk
          maxLength={200}
          data-autofocus
          {...form.getInputProps("name")}
        />
        <Textarea
          label="What it tries out"
          description="Optional. What you expect of it, and how you will tell."
          autosize
          minRows={3}
          maxRows={16}
          {...form.getInputProps("description")}
        />
        {isNew && (
          <Radio.Group label="Seen by" {...form.getInputProps("visibility")}>
            <Stack gap="xs" mt={6}>
              <Radio value="private" label="Only me" description="You can share it later." />
              <Radio
                value="shared"
                label="Everybody in the organization"
                description="Only shared experiments can be promoted to an environment."
              />
            </Stack>
          </Radio.Group>
        )}
        <FormFailure failure={failure} />
        <FormActions submit={submit} isSaving={isSaving} onCancel={onCancel} disabled={isAwaited} />
      </Stack>
    </form>
  );
}
