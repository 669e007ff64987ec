import { Stack, TextInput, Textarea } from "@mantine/core";
import { createTestSet } from "@rhesis/router/test-set/schema";
import type { z } from "zod";
import { FormActions, FormFailure, useUnsavedGuard } from "../../ui/form-parts.tsx";
import { useContractForm } from "../../ui/form.ts";
import { ProjectOfNew, useIsProjectAwaited } from "../../ui/project-select.tsx";

type Values = { project_id: string; name: string; description: string };

type Props = {
  initial: Values;
  submit: string;
  save: (input: z.infer<typeof createTestSet>) => Promise<unknown>;
  onCancel: () => void;
};

export function TestSetForm({ initial, submit, save, onCancel }: Props) {
  const { form, onSubmit, isSaving, failure, hasUnsaved } = useContractForm({
    schema: createTestSet,
    initialValues: initial,
    save,
  });
  useUnsavedGuard(hasUnsaved);
  const { values, errors } = form;
  const isAwaited = useIsProjectAwaited(values.project_id);
  return (
    <form onSubmit={onSubmit} noValidate>
      <Stack gap="md">
        {initial.project_id === "" && (
          <ProjectOfNew
            value={values.project_id}
            onChange={(id) => form.setFieldValue("project_id", id)}
            error={values.project_id === "" && errors["project_id"] !== undefined ? "Choose a project" : undefined}
          />
        )}
        <TextInput label="Name" withAsterisk maxLength={200} data-autofocus {...form.getInputProps("name")} />
        <Textarea
          label="What it is for"
          description="Optional."
          autosize
          minRows={2}
          maxRows={10}
          {...form.getInputProps("description")}
        />
        <FormFailure failure={failure} />
        <FormActions submit={submit} isSaving={isSaving} disabled={isAwaited} onCancel={onCancel} />
      </Stack>
    </form>
  );
}
