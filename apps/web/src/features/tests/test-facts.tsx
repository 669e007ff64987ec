import { Group, Stack } from "@mantine/core";
import type { Test } from "@rhesis/router/test/schema";
import { ConversationFacts } from "../conversations/conversation-facts.tsx";
import { Fact } from "./fact.tsx";

type Shown = Pick<
  Test,
  "input" | "expected_output" | "conversation" | "requirement_name" | "topic_name" | "category_name"
>;

/** What a test says, to read. */
export function TestFacts({ test }: { test: Shown }) {
  return (
    <Stack gap="md">
      {test.conversation === null ? (
        <>
          <Fact label="Input">{test.input}</Fact>
          <Fact label="Expected output">{test.expected_output ?? "None"}</Fact>
        </>
      ) : (
        <ConversationFacts conversation={test.conversation} />
      )}
      <Group gap="xl">
        <Fact label="Requirement">{test.requirement_name ?? "None"}</Fact>
        <Fact label="Topic">{test.topic_name ?? "None"}</Fact>
        <Fact label="Category">{test.category_name ?? "None"}</Fact>
      </Group>
    </Stack>
  );
}
