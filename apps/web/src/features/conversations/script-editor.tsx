/** The fixed messages of a conversation, each with what its answer has to be. */
import { ActionIcon, Button, Group, Stack, Textarea, Title } from "@mantine/core";
import { IconArrowDown, IconArrowUp, IconPlus, IconTrash } from "@tabler/icons-react";
import { mostTurns, type ScriptedConversation, type ScriptedTurn } from "@rhesis/engine/conversation/schema";
import { useId } from "react";
import { useListKeys } from "../../ui/list-keys.ts";
import { CheckList } from "./check-list.tsx";
import { emptyTurn, textOrNull, type ProblemAt } from "./conversation-values.ts";
import styles from "./conversation.module.css";

type Props = {
  conversation: ScriptedConversation;
  onChange: (conversation: ScriptedConversation) => void;
  problem: ProblemAt;
  onTextProblem: (place: string, message: string | null) => void;
};

export function ScriptEditor({ conversation: { turns }, onChange, problem, onTextProblem }: Props) {
  const list = useListKeys(turns.length);
  const change = (next: ScriptedTurn[]) => onChange({ type: "scripted", turns: next });
  const swap = (index: number) => {
    list.swap(index);
    change(turns.map((turn, at) => (at === index ? turns[index + 1] : at === index + 1 ? turns[index] : turn) ?? turn));
  };
  const remove = (index: number) => {
    list.remove(index);
    change(turns.filter((_, at) => at !== index));
  };
  return (
    <Stack gap="md">
      {turns.map((turn, index) => (
        <TurnEditor
          key={list.keys[index]}
          number={index + 1}
          turn={turn}
          onChange={(next) => change(turns.map((each, at) => (at === index ? next : each)))}
          problem={(place) => problem(`turns.${index}.${place}`)}
          onTextProblem={(place, message) => onTextProblem(`turns.${index}.${place}`, message)}
          onUp={index === 0 ? null : () => swap(index - 1)}
          onDown={index === turns.length - 1 ? null : () => swap(index)}
          onRemove={turns.length === 1 ? null : () => remove(index)}
        />
      ))}
      <div>
        <Button
          variant="light"
          leftSection={<IconPlus size={16} />}
          disabled={turns.length >= mostTurns}
          onClick={() => change([...turns, emptyTurn])}
        >
          Add a turn
        </Button>
      </div>
    </Stack>
  );
}

type TurnProps = {
  number: number;
  turn: ScriptedTurn;
  onChange: (turn: ScriptedTurn) => void;
  problem: ProblemAt;
  onTextProblem: (place: string, message: string | null) => void;
  onUp: (() => void) | null;
  onDown: (() => void) | null;
  onRemove: (() => void) | null;
};

function TurnEditor({ number, turn, onChange, problem, onTextProblem, ...moves }: TurnProps) {
  const id = useId();
  return (
    <section className={styles.card} aria-labelledby={id}>
      <Group justify="space-between" wrap="nowrap">
        <Title order={3} id={id} fz={15}>
          Turn {number}
        </Title>
        <TurnMoves number={number} {...moves} />
      </Group>
      <Textarea
        label="Message"
        description={number === 1 ? "What is said to the application, word for word." : undefined}
        withAsterisk
        autosize
        minRows={1}
        maxRows={12}
        value={turn.input}
        onChange={(event) => onChange({ ...turn, input: event.currentTarget.value })}
        error={problem("input")}
      />
      <Textarea
        label="Expected output"
        description={number === 1 ? "Optional. A good answer, for checks that compare." : undefined}
        autosize
        minRows={1}
        maxRows={12}
        value={turn.expected_output ?? ""}
        onChange={(event) => onChange({ ...turn, expected_output: textOrNull(event.currentTarget.value) })}
        error={problem("expected_output")}
      />
      <CheckList
        checks={turn.checks}
        onChange={(checks) => onChange({ ...turn, checks })}
        problem={(place) => problem(`checks.${place}`)}
        onTextProblem={(place, message) => onTextProblem(`checks.${place}`, message)}
      />
    </section>
  );
}

function TurnMoves({ number, onUp, onDown, onRemove }: Pick<TurnProps, "number" | "onUp" | "onDown" | "onRemove">) {
  const button = { variant: "subtle", color: "gray" } as const;
  return (
    <Group gap={4} wrap="nowrap">
      <ActionIcon {...button} aria-label={`Move turn ${number} up`} disabled={onUp === null} onClick={() => onUp?.()}>
        <IconArrowUp size={16} />
      </ActionIcon>
      <ActionIcon
        {...button}
        aria-label={`Move turn ${number} down`}
        disabled={onDown === null}
        onClick={() => onDown?.()}
      >
        <IconArrowDown size={16} />
      </ActionIcon>
      <ActionIcon
        {...button}
        aria-label={`Remove turn ${number}`}
        disabled={onRemove === null}
        onClick={() => onRemove?.()}
      >
        <IconTrash size={16} />
      </ActionIcon>
    </Group>
  );
}
