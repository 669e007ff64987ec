/** Loaded when the first question is asked: `confirmDestroy` of confirm-destroy.ts asks. */
import { Button, Group, Modal, Stack, Text } from "@mantine/core";
import { questions, type Question } from "./confirm-destroy.ts";

export default function QuestionDialog({ question }: { question: Question }) {
  const body = typeof question.body === "string" ? <Text size="sm">{question.body}</Text> : question.body;
  return (
    <Modal opened onClose={() => questions.answer(false)} title={question.title}>
      <Stack>
        {body}
        <Group justify="flex-end">
          <Button variant="default" data-autofocus onClick={() => questions.answer(false)}>
            {question.otherwise ?? "Cancel"}
          </Button>
          <Button color="red" onClick={() => questions.answer(true)}>
            {question.action}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
