import { SimpleGrid, Textarea } from "@mantine/core";
import type { UseFormReturnType } from "@mantine/form";
import type { ReactNode } from "react";
import { createTest } from "@rhesis/router/test/schema";
import type { z } from "zod";
import { Section } from "../../ui/page.tsx";
import { FormActions, FormFailure, useUnsavedGuard } from "../../ui/form-parts.tsx";
import { useContractForm } from "../../ui/form.ts";
import { ProjectOfNew, useIsProjectAwaited } from "../../ui/project-select.tsx";
import { CategorySelect, RequirementSelect, TopicSelect } from "./label-selects.tsx";

export type TestValues = {
  project_id: string;
  input: string;
  expected_output: string;
  requirement_id: string | null;
  topic_id: string | null;
  category_id: string | null;
};

export type TestInput = z.infer<typeof createTest>;

type Props = {
  initial: TestValues;
  submit: string;
  save: (input: TestInput) => Promise<unknown>;
  onCancel?: () => void;
  /** Beside the buttons: what else can be done. */
  children?: ReactNode;
};

export const emptyTest: TestValues = {
  project_id: "",
  input: "",
  expected_output: "",
  requirement_id: null,
  topic_id: null,
  category_id: null,
};

function toInput({ expected_output, ...values }: TestValues): unknown {
  return { ...values, expected_output: expected_output.trim() === "" ? null : expected_output };
}

/** One stimulus with its expectation. */
export function TestForm({ initial, submit, save, onCancel, children }: Props) {
  const { form, onSubmit, isSaving, failure, hasUnsaved } = useContractForm({
    schema: createTest,
    initialValues: initial,
    toInput,
    save,
  });
  useUnsavedGuard(hasUnsaved);
  const { values, errors } = form;
  const isAwaited = useIsProjectAwaited(values.project_id);
  return (
    <form onSubmit={onSubmit} noValidate>
      <Section title="The test">
        {initial.project_id === "" && (
          <ProjectOfNew
            value={values.project_id}
            onChange={(id) => form.setFieldValue("project_id", id)}
            error={values.project_id === "" && errors["project_id"] !== undefined ? "Choose a project" : undefined}
          />
        )}
        <Textarea
          label="Input"
          description="What is said to the application, word for word."
          withAsterisk
          autosize
          minRows={3}
          maxRows={18}
          data-autofocus
          {...form.getInputProps("input")}
        />
        <Textarea
          label="Expected output"
          description="Optional. A good answer. Metrics that compare need one, and judges use it where they are told to."
          autosize
          minRows={3}
          maxRows={18}
          {...form.getInputProps("expected_output")}
        />
        <Labels form={form} />
        <FormFailure failure={failure} />
        <FormActions
          submit={submit}
          isSaving={isSaving}
          disabled={isAwaited}
          {...(onCancel === undefined ? {} : { onCancel })}
        >
          {children}
        </FormActions>
      </Section>
    </form>
  );
}

function Labels({ form: { values, errors, setFieldValue } }: { form: UseFormReturnType<TestValues> }) {
  return (
    <SimpleGrid cols={{ base: 1, sm: 3 }} spacing="md">
      <RequirementSelect
        creatable
        value={values.requirement_id}
        onChange={(id) => setFieldValue("requirement_id", id)}
        error={errors["requirement_id"]}
      />
      <TopicSelect
        creatable
        value={values.topic_id}
        onChange={(id) => setFieldValue("topic_id", id)}
        error={errors["topic_id"]}
      />
      <CategorySelect
        creatable
        value={values.category_id}
        onChange={(id) => setFieldValue("category_id", id)}
        error={errors["category_id"]}
      />
    </SimpleGrid>
  );
}
