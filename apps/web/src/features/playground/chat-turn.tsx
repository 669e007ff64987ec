import { Alert, Group, Loader, Text, Title } from "@mantine/core";
import { memo, useId } from "react";
import type { TargetOutcome } from "@rhesis/engine/target/schema";
import { durationText } from "../../ui/relative-time.tsx";
import { AnswerText } from "../test-results/answer-text.tsx";
import { CallDetails } from "../test-results/call-details.tsx";
import type { ChatTurn } from "./chat-state.ts";
import styles from "./playground.module.css";

/** One message and what came of it. A turn that is over never changes. */
export const ChatTurnView = memo(function ChatTurnView({ turn }: { turn: ChatTurn }) {
  const id = useId();
  const { number, input, ending } = turn;
  return (
    <li className={styles.turn} aria-labelledby={id}>
      <Group justify="space-between" gap="xs">
        <Title order={3} id={id} fz={14}>
          Turn {number}
        </Title>
        {ending.state === "came" && ending.outcome.error === null && (
          <Text size="xs" c="dimmed">
            answered in {durationText(ending.outcome.latency_ms)}
          </Text>
        )}
      </Group>
      <div>
        <Text size="xs" c="dimmed" fw={600} mb={4}>
          You
        </Text>
        <div className={styles.user}>{input}</div>
      </div>
      {ending.state === "waiting" && (
        <Group gap="xs">
          <Loader size={14} aria-hidden />
          <Text size="sm" c="dimmed">
            Waiting for the answer…
          </Text>
        </Group>
      )}
      {ending.state === "stopped" && (
        <Text size="sm" c="dimmed">
          You stopped this call. Its answer is no part of the conversation.
        </Text>
      )}
      {ending.state === "refused" && (
        <Alert color="red" title="The message was not sent">
          {ending.problem}
        </Alert>
      )}
      {ending.state === "came" && <Came number={number} outcome={ending.outcome} />}
    </li>
  );
});

function Came({ number, outcome }: { number: number; outcome: TargetOutcome }) {
  const { answer, error } = outcome;
  return (
    <>
      {error !== null && (
        <Alert color="grape" title="The application gave no usable answer">
          <div className="break-words">{error.message}</div>
        </Alert>
      )}
      {answer !== null &&
        (answer.output === null ? (
          <Text size="sm" c="dimmed">
            There is no text, only tool calls.
          </Text>
        ) : (
          <AnswerText text={answer.output} />
        ))}
      <CallDetails call={outcome} label={`How the call of turn ${number} went`} />
    </>
  );
}
