import { Alert, Button, Checkbox, Group, Modal, Stack, Text, TextInput } from "@mantine/core";
import { useState } from "react";
import type { Endpoint } from "@rhesis/router/endpoint/schema";
import { createTest, type Test } from "@rhesis/router/test/schema";
import { api, queryClient, trpc } from "../../api/trpc.ts";
import { useCan } from "../../session/member.tsx";
import { useContractForm } from "../../ui/form.ts";
import { FormFailure } from "../../ui/form-parts.tsx";
import { ButtonLink } from "../../ui/link.tsx";
import { notifyFailure } from "../../ui/notices.ts";
import { TestSetSelect } from "../test-sets/test-set-select.tsx";
import { RequirementSelect } from "../tests/label-selects.tsx";
import { answeredTurns, testOf, tooLongToExpect, type Chat } from "./chat-state.ts";

type Props = { endpoint: Endpoint; chat: Chat; onClose: () => void };

type Values = { name: string; requirement_id: string | null; keepsAnswers: boolean };

const nothing: Values = { name: "", requirement_id: null, keepsAnswers: false };

/** Makes what was said into a test of the endpoint's project, and says where it is. */
export function SaveAsTest(props: Props) {
  const [made, setMade] = useState<Test | null>(null);
  return (
    <Modal opened onClose={props.onClose} title="Save as a test" size="lg">
      {made === null ? <SaveForm {...props} onMade={setMade} /> : <Made test={made} onClose={props.onClose} />}
    </Modal>
  );
}

/** The test is there also where the set does not take it. */
async function addTo(test_set_id: string, test: Test): Promise<void> {
  try {
    await api.test_set.add_tests.mutate({ id: test_set_id, test_ids: [test.id] });
  } catch (error) {
    notifyFailure(error);
  }
}

function useSaving({ endpoint, chat }: Props, test_set_id: string | null, onMade: (test: Test) => void) {
  return useContractForm({
    schema: createTest,
    initialValues: nothing,
    toInput: ({ name, requirement_id, keepsAnswers }) => ({
      project_id: endpoint.project_id,
      name,
      requirement_id,
      ...testOf(chat, { keepsAnswers }),
    }),
    save: async (input) => {
      const test = await api.test.create.mutate(input);
      if (test_set_id !== null) await addTo(test_set_id, test);
      onMade(test);
      void queryClient.invalidateQueries(trpc.test.pathFilter());
      void queryClient.invalidateQueries(trpc.test_set.pathFilter());
      void queryClient.invalidateQueries(trpc.requirement.pathFilter());
    },
  });
}

function SaveForm({ onMade, ...props }: Props & { onMade: (test: Test) => void }) {
  const can = useCan();
  const [test_set_id, setTestSet] = useState<string | null>(null);
  const { form, onSubmit, isSaving, failure } = useSaving(props, test_set_id, onMade);
  const { values, errors, setFieldValue } = form;
  const { kind } = testOf(props.chat, values);
  return (
    <form onSubmit={onSubmit} noValidate>
      <Stack gap="md">
        <Text size="sm">{whatIsSaved(props.chat)}</Text>
        <TextInput
          label="Name"
          description="Optional. Without one, a test is called by its first message."
          data-autofocus
          {...form.getInputProps("name")}
        />
        <Checkbox
          label="Keep the answers as expected outputs"
          description={keeping(props.chat)}
          {...form.getInputProps("keepsAnswers", { type: "checkbox" })}
        />
        <RequirementSelect
          creatable
          value={values.requirement_id}
          onChange={(id) => setFieldValue("requirement_id", id)}
          error={errors["requirement_id"]}
        />
        {can("test_set:update") && (
          <TestSetSelect
            creatable
            description="Optional. The test can be added to a set later."
            project_id={props.endpoint.project_id}
            kind={kind}
            value={test_set_id}
            onChange={setTestSet}
          />
        )}
        <FormFailure failure={failure} />
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={props.onClose}>
            Cancel
          </Button>
          <Button type="submit" loading={isSaving}>
            Save test
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

function whatIsSaved(chat: Chat): string {
  const { length } = answeredTurns(chat);
  const what =
    length === 1
      ? "Your message becomes a single-turn test."
      : `Your ${length} messages become a multi-turn test that says them again, one after the other.`;
  return length === chat.length ? what : `${what} Turns without an answer are left out.`;
}

function keeping(chat: Chat): string {
  const long = tooLongToExpect(chat);
  const what = "Tick this where they are good answers: later ones can be compared with them.";
  if (long.length === 0) return what;
  return `${what} Too long to be kept: the answer of turn ${long.join(", ")}.`;
}

function Made({ test, onClose }: { test: Test; onClose: () => void }) {
  return (
    <Stack gap="md">
      <Alert color="green" role="status" title="The test is saved">
        {test.kind === "multi_turn"
          ? "Checks of each answer can be added on its page."
          : "What the answer has to get right can be said on its page."}
      </Alert>
      <Group justify="flex-end" gap="xs">
        <Button variant="default" onClick={onClose}>
          Back to the conversation
        </Button>
        <ButtonLink to="/tests/$id" params={{ id: test.id }} data-autofocus>
          Open the test
        </ButtonLink>
      </Group>
    </Stack>
  );
}
