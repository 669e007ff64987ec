import { Button, Group, Text, Textarea } from "@mantine/core";
import { IconPlayerStop, IconSend } from "@tabler/icons-react";
import { useState, type KeyboardEvent } from "react";
import { longestMessage } from "./chat-state.ts";
import styles from "./playground.module.css";

type Props = {
  /** Calls are under way: they can be stopped, and nothing more is sent before. */
  isWaiting: boolean;
  /** Why nothing can be sent now, or null. */
  hindrance: string | null;
  onSay: (message: string) => void;
  onStop: () => void;
};

/** Where the next message is written. Enter sends it. */
export function Composer({ isWaiting, hindrance, onSay, onStop }: Props) {
  const [text, setText] = useState("");
  const isTooLong = text.length > longestMessage;
  const cannotSend = hindrance !== null || isTooLong || text.trim() === "";
  const send = () => {
    if (isWaiting || cannotSend) return;
    onSay(text);
    setText("");
  };
  const onKeyDown = (event: KeyboardEvent) => {
    // While a word is being composed, Enter chooses it.
    if (event.key !== "Enter" || event.shiftKey || event.nativeEvent.isComposing) return;
    event.preventDefault();
    send();
  };
  return (
    <div className={styles.composer}>
      <Textarea
        label="Message"
        autosize
        minRows={2}
        maxRows={8}
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
        onKeyDown={onKeyDown}
        error={isTooLong && `A message may have ${longestMessage.toLocaleString("en")} characters at most.`}
      />
      <Group justify="space-between" gap="xs" mt={8}>
        <Text size="sm" c="dimmed" className={hindrance === null ? styles.hint : undefined}>
          {hindrance ?? "Enter sends, Shift and Enter begins a new line."}
        </Text>
        <Button
          variant={isWaiting ? "default" : "filled"}
          leftSection={isWaiting ? <IconPlayerStop size={16} /> : <IconSend size={16} />}
          // Stays in reach while there is nothing to send, so that the focus is not lost with the text.
          aria-disabled={!isWaiting && cannotSend}
          data-disabled={!isWaiting && cannotSend}
          onClick={isWaiting ? onStop : send}
        >
          {isWaiting ? "Stop" : "Send"}
        </Button>
      </Group>
    </div>
  );
}
