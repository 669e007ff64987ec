import { Group, Stack, Text } from "@mantine/core";
import { judgedFrom, type ConversationPlan, type ScriptedTurn } from "@rhesis/engine/conversation/schema";
import { passesWhen } from "../metrics/passes-when.ts";
import { Fact } from "../tests/fact.tsx";
import styles from "./conversation.module.css";

/** What a conversation says, to read. */
export function ConversationFacts({ conversation }: { conversation: ConversationPlan }) {
  if (conversation.type === "scripted") {
    return (
      <Fact label="Scripted conversation">
        <ol className={styles.turns}>
          {conversation.turns.map((turn, index) => (
            // oxlint-disable-next-line react/no-array-index-key -- turns have no identity but their place
            <PlannedTurn key={index} number={index + 1} turn={turn} />
          ))}
        </ol>
      </Fact>
    );
  }
  const { goal, polarity, scenario, instructions, restrictions, max_turns } = conversation;
  return (
    <Stack gap="md">
      <Fact label="Goal of the simulated user">{goal}</Fact>
      <Fact label="The application passes when the goal is">
        {polarity === "reach" ? "reached" : "resisted: it is an attack"}
      </Fact>
      {scenario !== null && <Fact label="Who the user is">{scenario}</Fact>}
      {instructions !== null && <Fact label="How the user goes about it">{instructions}</Fact>}
      {restrictions !== null && <Fact label="What the application must not do">{restrictions}</Fact>}
      <Group gap="xl">
        <Fact label="Most turns">{String(max_turns)}</Fact>
        <Fact label="Judged from turn">{String(judgedFrom(conversation))}</Fact>
      </Group>
    </Stack>
  );
}

function PlannedTurn({ number, turn: { input, expected_output, checks } }: { number: number; turn: ScriptedTurn }) {
  return (
    <li>
      <Text size="xs" c="dimmed">
        Turn {number}
      </Text>
      <div className={styles.user}>{input}</div>
      {expected_output !== null && (
        <Text size="sm" mt={4} className="break-words">
          Expected: {expected_output}
        </Text>
      )}
      {checks.map((check, index) => (
        // oxlint-disable-next-line react/no-array-index-key -- checks have no identity but their place
        <Text key={index} size="sm" mt={4} className="break-words">
          {passesWhen(check)}
        </Text>
      ))}
    </li>
  );
}
