import { Stack, TextInput, Textarea } from "@mantine/core";
import { createRequirement } from "@rhesis/router/requirement/schema";
import type { z } from "zod";
import { FormActions, FormFailure, useUnsavedGuard } from "../../ui/form-parts.tsx";
import { useContractForm } from "../../ui/form.ts";

type Values = { name: string; description: string };

type Props = {
  initial: Values;
  submit: string;
  save: (input: z.infer<typeof createRequirement>) => Promise<unknown>;
  onCancel: () => void;
};

export function RequirementForm({ initial, submit, save, onCancel }: Props) {
  const { form, onSubmit, isSaving, failure, hasUnsaved } = useContractForm({
    schema: createRequirement,
    initialValues: initial,
    save,
  });
  useUnsavedGuard(hasUnsaved);
  return (
    <form onSubmit={onSubmit} noValidate>
      <Stack gap="md">
        <TextInput
          label="What it has to get right"
          placeholder="Gives the right figures"
          withAsterisk
          maxLength={200}
          data-autofocus
          {...form.getInputProps("name")}
        />
        <Textarea
          label="In detail"
          description="Optional. What a good answer does, what it must never do, and why it matters."
          autosize
          minRows={3}
          maxRows={16}
          {...form.getInputProps("description")}
        />
        <FormFailure failure={failure} />
        <FormActions submit={submit} isSaving={isSaving} onCancel={onCancel} />
      </Stack>
    </form>
  );
}
