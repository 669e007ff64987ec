import { Group, SegmentedControl, Text } from "@mantine/core";
import { useId, useState } from "react";
import { CopyButton } from "../../ui/copy.tsx";
import { Markdown } from "../../ui/markdown.tsx";
import styles from "./result.module.css";

/** What the application said: formatted, or letter by letter. */
export function AnswerText({ text }: { text: string }) {
  const id = useId();
  const [view, setView] = useState("formatted");
  return (
    <div>
      <Group justify="space-between" gap="xs" mb={4}>
        <Text size="xs" c="dimmed" fw={600} id={id}>
          Answer
        </Text>
        <Group gap={4}>
          <SegmentedControl
            size="xs"
            aria-labelledby={id}
            value={view}
            onChange={setView}
            data={[
              { value: "formatted", label: "Formatted" },
              { value: "raw", label: "As sent" },
            ]}
          />
          <CopyButton value={text} label="Copy answer" />
        </Group>
      </Group>
      {/* A long one scrolls, which has to work without a mouse too. */}
      <div className={styles.answer} tabIndex={0} role="group" aria-labelledby={id}>
        {text === "" ? (
          <Text size="sm" c="dimmed">
            An empty answer
          </Text>
        ) : view === "raw" ? (
          <div className={styles.raw}>{text}</div>
        ) : (
          <Markdown text={text} />
        )}
      </div>
    </div>
  );
}
