import { Button, Text } from "@mantine/core";
import { useId, useState } from "react";
import styles from "./long-text.module.css";

/** From here on a text is cut, so that what follows it stays in view. In characters and lines. */
const long = { characters: 480, lines: 8 };

function isLong(text: string): boolean {
  return text.length > long.characters || text.split("\n", long.lines + 1).length > long.lines;
}

/** A text under its label: how it begins, and all of it at one press. */
export function LongText({ label, text }: { label: string; text: string }) {
  const id = useId();
  const [isOpen, setOpen] = useState(false);
  const isCut = isLong(text) && !isOpen;
  return (
    <div style={{ minWidth: 0 }}>
      <Text size="xs" c="dimmed" fw={600}>
        {label}
      </Text>
      <Text id={id} size="sm" component="div" className={`break-words ${isCut ? styles.cut : ""}`}>
        {text}
      </Text>
      {isLong(text) && (
        <Button
          variant="subtle"
          size="compact-sm"
          px={0}
          aria-expanded={isOpen}
          aria-controls={id}
          aria-label={`${isOpen ? "Show less" : "Show all"} of ${label.toLowerCase()}`}
          onClick={() => setOpen(!isOpen)}
        >
          {isOpen ? "Show less" : "Show all"}
        </Button>
      )}
    </div>
  );
}
