import type { TestKind } from "@rhesis/engine/conversation/schema";
import { Stack, TextInput, Textarea } from "@mantine/core";
import { createTestSet } from "@rhesis/router/test-set/schema";
import type { z } from "zod";
import { FormActions, FormFailure, useUnsavedGuard } from "../../ui/form-parts.tsx";
import { useContractForm } from "../../ui/form.ts";
import { Choice } from "../metrics/parameter-field.tsx";
import { ProjectOfNew, useIsProjectAwaited } from "../../ui/project-select.tsx";

type Values = { project_id: string; kind: TestKind; name: string; description: string };

type Props = {
  initial: Values;
  submit: string;
  save: (input: z.infer<typeof createTestSet>) => Promise<unknown>;
  onCancel: () => void;
  /** Whether the set is being made: its kind stays what it is. */
  isNew?: boolean;
};

export function TestSetForm({ initial, submit, save, onCancel, isNew = false }: Props) {
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
        {isNew && (
          <Choice
            label="What it holds"
            description="A set holds one or the other."
            value={values.kind}
            onChange={(kind) => form.setFieldValue("kind", kind)}
            options={[
              { value: "single_turn", label: "Single questions" },
              { value: "multi_turn", label: "Conversations" },
            ]}
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
