import { ActionIcon, Button, Group, Input, Stack, TextInput } from "@mantine/core";
import { IconPlus, IconTrash } from "@tabler/icons-react";
import { useRef, type ClipboardEvent, type KeyboardEvent } from "react";

type Props = {
  label: string;
  description?: string;
  /** What one entry is called on its buttons: "phrase". */
  noun: string;
  value: readonly string[];
  onChange: (value: string[]) => void;
  error?: string | undefined;
};

/** Several short texts, one field each. Enter adds the next; several pasted lines become several entries. */
export function PhraseList({ label, description, noun, value, onChange, error }: Props) {
  const list = useRef<HTMLDivElement>(null);
  const shown = value.length === 0 ? [""] : value;
  const focus = (index: number) =>
    requestAnimationFrame(() => list.current?.querySelectorAll<HTMLInputElement>("input")[index]?.focus());
  const change = (index: number, text: string) => onChange(shown.map((each, at) => (at === index ? text : each)));
  const insertAfter = (index: number) => {
    onChange([...shown.slice(0, index + 1), "", ...shown.slice(index + 1)]);
    focus(index + 1);
  };
  const remove = (index: number) => {
    onChange(shown.filter((_, at) => at !== index));
    focus(Math.max(0, index - 1));
  };
  const paste = (event: ClipboardEvent, index: number) => {
    const lines = event.clipboardData
      .getData("text")
      .split(/\r?\n/)
      .flatMap((line) => line.trim() || []);
    if (lines.length < 2) return;
    event.preventDefault();
    const before = shown.slice(0, index + 1).filter((each) => each !== "");
    onChange([...before, ...lines, ...shown.slice(index + 1)]);
  };
  return (
    <Input.Wrapper label={label} labelElement="div" description={description} error={error}>
      <Stack gap={6} mt={4} ref={list} role="group" aria-label={label}>
        {shown.map((phrase, index) => (
          // oxlint-disable-next-line react/no-array-index-key -- entries have no identity but their place
          <Entry
            key={index}
            label={`${label} ${index + 1}`}
            remove_label={`Remove ${noun} ${index + 1}`}
            isOnly={shown.length === 1}
            text={phrase}
            onChange={(text) => change(index, text)}
            onPaste={(event) => paste(event, index)}
            onNext={() => insertAfter(index)}
            onRemove={() => remove(index)}
          />
        ))}
        <div>
          <Button
            variant="subtle"
            size="compact-sm"
            leftSection={<IconPlus size={14} />}
            onClick={() => insertAfter(shown.length - 1)}
          >
            Add a {noun}
          </Button>
        </div>
      </Stack>
    </Input.Wrapper>
  );
}

function Entry(props: {
  label: string;
  remove_label: string;
  isOnly: boolean;
  text: string;
  onChange: (text: string) => void;
  onPaste: (event: ClipboardEvent) => void;
  onNext: () => void;
  onRemove: () => void;
}) {
  const { label, remove_label, isOnly, text, onChange, onPaste, onNext, onRemove } = props;
  const onKeyDown = (event: KeyboardEvent) => {
    const removes = event.key === "Backspace" && text === "" && !isOnly;
    if (event.key !== "Enter" && !removes) return;
    event.preventDefault();
    if (removes) onRemove();
    else onNext();
  };
  return (
    <Group gap={6} wrap="nowrap">
      <TextInput
        flex={1}
        aria-label={label}
        value={text}
        onChange={(event) => onChange(event.currentTarget.value)}
        onPaste={onPaste}
        onKeyDown={onKeyDown}
      />
      <ActionIcon
        variant="subtle"
        color="gray"
        aria-label={remove_label}
        disabled={isOnly && text === ""}
        onClick={onRemove}
      >
        <IconTrash size={16} />
      </ActionIcon>
    </Group>
  );
}
