import { SimpleGrid, Textarea } from "@mantine/core";
import type { UseFormReturnType } from "@mantine/form";
import { useState, type FormEvent, type ReactNode } from "react";
import type { ConversationPlan, TestKind } from "@rhesis/engine/conversation/schema";
import { createTest } from "@rhesis/router/test/schema";
import type { z } from "zod";
import { Section } from "../../ui/page.tsx";
import { FormActions, FormFailure, useUnsavedGuard } from "../../ui/form-parts.tsx";
import { useContractForm, type ContractForm } from "../../ui/form.ts";
import { ProjectOfNew, useIsProjectAwaited } from "../../ui/project-select.tsx";
import { ConversationFields } from "../conversations/conversation-fields.tsx";
import { textOrNull } from "../conversations/conversation-values.ts";
import { MannerChoice } from "../conversations/manner-choice.tsx";
import { CategorySelect, RequirementSelect, TopicSelect } from "./label-selects.tsx";

export type TestValues = {
  project_id: string;
  conversation: ConversationPlan | null;
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
  /** Where the kind is not for choice any more. */
  kind?: TestKind | undefined;
  /** Beside the buttons: what else can be done. */
  children?: ReactNode;
};

export const emptyTest: TestValues = {
  project_id: "",
  conversation: null,
  input: "",
  expected_output: "",
  requirement_id: null,
  topic_id: null,
  category_id: null,
};

/** Of a test with a conversation the texts of a single turn are left out, also where some were written before. */
function toInput({ input, expected_output, conversation, ...labels }: TestValues): unknown {
  if (conversation !== null) return { ...labels, kind: "multi_turn", conversation };
  return { ...labels, kind: "single_turn", input, expected_output: textOrNull(expected_output) };
}

/** One stimulus with its expectation. */
export function TestForm({ initial, submit, save, onCancel, kind, children }: Props) {
  const { form, onSubmit, isSaving, failure, hasUnsaved } = useContractForm({
    schema: createTest,
    initialValues: initial,
    toInput,
    save,
  });
  useUnsavedGuard(hasUnsaved);
  const { values, errors } = form;
  const conversation = useConversation(form, onSubmit);
  const isAwaited = useIsProjectAwaited(values.project_id);
  return (
    <form onSubmit={conversation.onSubmit} noValidate>
      <Section title="The test">
        {initial.project_id === "" && (
          <ProjectOfNew
            value={values.project_id}
            onChange={(id) => form.setFieldValue("project_id", id)}
            error={values.project_id === "" && errors["project_id"] !== undefined ? "Choose a project" : undefined}
          />
        )}
        <MannerChoice kind={kind} conversation={values.conversation} onChange={conversation.change} />
        {values.conversation === null ? (
          <SingleTurn form={form} />
        ) : (
          <ConversationFields
            conversation={values.conversation}
            onChange={conversation.change}
            problem={conversation.problem}
            onTextProblem={conversation.onTextProblem}
          />
        )}
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

/** The conversation among the values of a form: its changes, and what is wrong with it at which place. */
function useConversation(form: UseFormReturnType<TestValues>, onSubmit: ContractForm<TestValues>["onSubmit"]) {
  const [textProblems, setTextProblems] = useState<Record<string, string>>({});
  const { errors, setErrors, setFieldValue } = form;
  return {
    change: (conversation: ConversationPlan | null) => {
      if (turnsOf(conversation) !== turnsOf(form.values.conversation)) setTextProblems({});
      setErrors(Object.fromEntries(Object.entries(errors).filter(([field]) => !field.startsWith("conversation"))));
      setFieldValue("conversation", conversation);
    },
    problem: (place: string) => textProblems[`conversation.${place}`] ?? problemAt(errors, `conversation.${place}`),
    onTextProblem: (place: string, message: string | null) =>
      setTextProblems((before) => {
        const field = `conversation.${place}`;
        const others = Object.fromEntries(Object.entries(before).filter(([other]) => other !== field));
        return message === null ? others : { ...others, [field]: message };
      }),
    // A text that is not yet what it has to be is not among the values: they hold what it was before.
    onSubmit: (event: FormEvent<HTMLFormElement>) => {
      if (Object.keys(textProblems).length === 0) return onSubmit(event);
      event.preventDefault();
    },
  };
}

/** How many places of texts there are: those that are gone have no problems any more. */
function turnsOf(conversation: ConversationPlan | null): string {
  if (conversation?.type !== "scripted") return conversation?.type ?? "";
  return conversation.turns.map(({ checks }) => checks.length).join(" ");
}

function problemAt(errors: UseFormReturnType<TestValues>["errors"], field: string): string | undefined {
  const found = Object.keys(errors).find((key) => key === field || key.startsWith(`${field}.`));
  const message = found === undefined ? undefined : errors[found];
  return typeof message === "string" ? message : undefined;
}

function SingleTurn({ form }: { form: UseFormReturnType<TestValues> }) {
  return (
    <>
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
    </>
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
