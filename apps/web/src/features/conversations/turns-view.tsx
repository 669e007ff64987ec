/** A conversation as it was held: what was said, what came, and what the checks and the judge made of it. */
import { Alert, Group, Stack, Text, Title } from "@mantine/core";
import type { CheckOutcome, Evidence, Judgement, StopReason } from "@rhesis/engine/conversation/schema";
import { describeMetric } from "@rhesis/engine/metric/catalog";
import type { Conversation, Turn } from "@rhesis/router/test-result/schema";
import { useId } from "react";
import { durationText } from "../../ui/relative-time.tsx";
import { VerdictBadge } from "../../ui/verdict-badge.tsx";
import { passesWhen } from "../metrics/passes-when.ts";
import { AnswerText } from "../test-results/answer-text.tsx";
import { CallDetails } from "../test-results/call-details.tsx";
import { ConversationFacts } from "./conversation-facts.tsx";
import styles from "./conversation.module.css";

const ends: Record<StopReason, string> = {
  script_ended: "Every message was said.",
  max_turns: "It ended because the most turns were reached.",
  goal_reached: "It ended because the goal was reached.",
  goal_impossible: "It ended because the goal could not be reached any more.",
  restriction_broken: "It ended because the application did what it must not do.",
  target_failed: "It ended because the application gave no usable answer.",
  model_failed: "It ended because the model could not be used.",
};

export function TurnsView({ conversation: { plan, stop_reason, turns } }: { conversation: Conversation }) {
  if (turns.length === 0) return <ConversationFacts conversation={plan} />;
  return (
    <Stack gap="md">
      {plan.type === "simulated" && <ConversationFacts conversation={plan} />}
      <div>
        <Title order={3} mb={8}>
          Conversation
        </Title>
        <ol className={styles.turns}>
          {turns.map((turn) => (
            <TurnView key={turn.number} turn={turn} />
          ))}
        </ol>
        {stop_reason !== null && (
          <Text size="sm" c="dimmed" mt={8}>
            {ends[stop_reason]}
          </Text>
        )}
      </div>
    </Stack>
  );
}

function TurnView({ turn }: { turn: Turn }) {
  const id = useId();
  const { number, input, output, reason, error_message, latency_ms } = turn;
  return (
    <li className={styles.card} aria-labelledby={id}>
      <Group justify="space-between" gap="xs">
        <Title order={4} id={id} fz={15}>
          Turn {number}
        </Title>
        <Text size="xs" c="dimmed">
          {error_message === null ? `answered in ${durationText(latency_ms)}` : ""}
        </Text>
      </Group>
      <div>
        <Text size="xs" c="dimmed" fw={600} mb={4}>
          User
        </Text>
        <div className={styles.user}>{input}</div>
        {reason !== null && (
          <Text size="xs" c="dimmed" mt={4} className="break-words">
            Why it was said: {reason}
          </Text>
        )}
      </div>
      {error_message !== null && (
        <Alert color="grape" title="The application gave no usable answer">
          <div className="break-words">{error_message}</div>
        </Alert>
      )}
      {output !== null && <AnswerText text={output} />}
      <Checks checks={turn.checks} />
      <EvidenceList evidence={turn.evidence} />
      {turn.judgement !== null && <JudgementText judgement={turn.judgement} />}
      <CallDetails call={turn} label={`How the call of turn ${number} went`} />
    </li>
  );
}

function Checks({ checks }: { checks: readonly CheckOutcome[] }) {
  if (checks.length === 0) return null;
  return (
    <ul className={styles.checks} aria-label="Checks">
      {checks.map(({ parameters, verdict, reason }, index) => (
        // oxlint-disable-next-line react/no-array-index-key -- checks have no identity but their place
        <li key={index}>
          <Group gap="xs" wrap="nowrap" align="flex-start">
            <VerdictBadge verdict={verdict} />
            <Text size="sm" className="break-words" title={passesWhen(parameters)}>
              <b>{describeMetric(parameters.implementation).title}.</b> {reason}
            </Text>
          </Group>
        </li>
      ))}
    </ul>
  );
}

const about: Record<Evidence["about"], string> = {
  goal: "Evidence about the goal",
  restriction: "Evidence that it did what it must not do",
};

function EvidenceList({ evidence }: { evidence: readonly Evidence[] }) {
  return evidence.map((found, index) => (
    // oxlint-disable-next-line react/no-array-index-key -- quotes have no identity but their place
    <div key={index}>
      <Text size="xs" c="dimmed" fw={600}>
        {about[found.about]}
      </Text>
      <blockquote className={styles.quote}>
        <Text size="sm">{found.quote}</Text>
      </blockquote>
    </div>
  ));
}

const states: Record<Judgement["state"], string> = {
  reached: "The goal is reached.",
  impossible: "The goal cannot be reached any more.",
  open: "The goal is open.",
};

function JudgementText({ judgement: { state, restriction_broken, reason } }: { judgement: Judgement }) {
  const what = restriction_broken ? "It did what it must not do." : states[state];
  return (
    <Text size="sm" className="break-words">
      <b>Judge: {what}</b> {reason}
    </Text>
  );
}
