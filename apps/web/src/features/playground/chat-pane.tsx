import { Button, Group, Text, TextInput, Title } from "@mantine/core";
import { IconDeviceFloppy } from "@tabler/icons-react";
import { useEffect, useId, useRef, useState } from "react";
import type { Endpoint } from "@rhesis/router/endpoint/schema";
import { useCan } from "../../session/member.tsx";
import { TextLink } from "../../ui/link.tsx";
import { answeredTurns, conversationId, isWaiting, type Chat, type ChatTurn } from "./chat-state.ts";
import { ChatTurnView } from "./chat-turn.tsx";
import styles from "./playground.module.css";
import { SaveAsTest } from "./save-as-test.tsx";

type Props = {
  endpoint: Endpoint;
  chat: Chat;
  params: Record<string, string>;
  onParams: (params: Record<string, string>) => void;
};

/** One endpoint and the conversation with it. */
export function ChatPane({ endpoint, chat, params, onParams }: Props) {
  const can = useCan();
  const id = useId();
  const [isSaving, setSaving] = useState(false);
  const canSave = answeredTurns(chat).length > 0 && !isWaiting(chat);
  return (
    <section className={styles.pane} aria-labelledby={id}>
      <Group justify="space-between" gap="xs" wrap="nowrap" align="flex-start">
        <Title order={2} id={id} fz={16} className="break-words">
          {endpoint.name}
        </Title>
        {can("test:create") && (
          <Button
            variant="default"
            size="compact-sm"
            leftSection={<IconDeviceFloppy size={16} />}
            disabled={!canSave}
            onClick={() => setSaving(true)}
            className={styles.fixed}
          >
            Save as a test
          </Button>
        )}
      </Group>
      <Memory endpoint={endpoint} chat={chat} />
      {Object.entries(params).map(([name, value]) => (
        <TextInput
          key={name}
          label={`Parameter ${name}`}
          value={value}
          onChange={(event) => onParams({ ...params, [name]: event.currentTarget.value })}
        />
      ))}
      <Turns name={endpoint.name} chat={chat} />
      {isSaving && <SaveAsTest endpoint={endpoint} chat={chat} onClose={() => setSaving(false)} />}
    </section>
  );
}

/** How the application knows what was said before. */
function Memory({ endpoint: { id, conversation_memory }, chat }: Pick<Props, "endpoint" | "chat">) {
  const named = conversationId(chat);
  if (conversation_memory === "none") {
    return (
      <Text size="sm" c="dimmed">
        It knows only the last message. Where it should know more, use <code>{"{{ messages }}"}</code> or{" "}
        <code>{"{{ conversation_id }}"}</code> in{" "}
        <TextLink to="/endpoints/$id" params={{ id }} size="sm" underline="always">
          its request
        </TextLink>
        .
      </Text>
    );
  }
  return (
    <Text size="sm" c="dimmed" className="break-words">
      {conversation_memory === "history"
        ? "It is sent the whole conversation with each message."
        : named === null
          ? "It keeps the conversation itself, under an id that its answers name."
          : `It keeps the conversation itself, under the id ${named}.`}
    </Text>
  );
}

function Turns({ name, chat }: { name: string; chat: Chat }) {
  const box = useRef<HTMLDivElement>(null);
  const last = chat.at(-1);
  // The newest message and the beginning of its answer are in view.
  useEffect(() => {
    if (last === undefined) return;
    const turn = box.current?.querySelector<HTMLElement>("ol > li:last-child");
    if (turn != null) box.current?.scrollTo({ top: turn.offsetTop });
  }, [last]);
  return (
    <div ref={box} className={styles.turns} role="region" aria-label={`Conversation with ${name}`} tabIndex={0}>
      {chat.length === 0 ? (
        <Text size="sm" c="dimmed">
          Nothing has been said yet.
        </Text>
      ) : (
        <ol className={styles.list}>
          {chat.map((turn) => (
            <ChatTurnView key={turn.number} turn={turn} />
          ))}
        </ol>
      )}
      <div role="status" className="only-read-out">
        {last !== undefined && announcement(name, last)}
      </div>
    </div>
  );
}

const longestAnnouncement = 500;

function announcement(name: string, { ending }: ChatTurn): string {
  if (ending.state === "waiting") return `Waiting for ${name}.`;
  if (ending.state === "stopped") return "Stopped.";
  if (ending.state === "refused") return ending.problem;
  const { answer, error } = ending.outcome;
  if (error !== null || answer === null) return `${name} gave no usable answer. ${error?.message ?? ""}`;
  return `${name} answered: ${(answer.output ?? "no text").slice(0, longestAnnouncement)}`;
}
