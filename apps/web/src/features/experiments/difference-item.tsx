import { Badge, Code, Group, Stack, Text } from "@mantine/core";
import { useMemo } from "react";
import { valueText, wordsOf, type ModelNames } from "../parameters/parameter-words.ts";
import { lineDiff, type DiffLine } from "./line-diff.ts";
import type { Difference } from "./version-diff.ts";
import styles from "./compare.module.css";

type Props = { difference: Difference; from: number; to: number; models: ModelNames };

/** One parameter in two versions. */
export function DifferenceItem({ difference, from, to, models }: Props) {
  const { name, field, before, after, is_same } = difference;
  const isLong = !is_same && [before, after].every((value) => typeof value === "string") && hasLines(before, after);
  const text = (value: typeof before) => valueText(value, field?.type, models);
  return (
    <Stack component="li" gap={6}>
      <Group gap="xs">
        <Text fw={600} size="sm" className="break-words">
          {wordsOf(name)}
        </Text>
        <Code>{name}</Code>
        {field === undefined && (
          <Badge variant="default" tt="none" fw={500}>
            No parameter any more
          </Badge>
        )}
      </Group>
      {isLong ? (
        <Lines label={wordsOf(name)} before={String(before)} after={String(after)} />
      ) : (
        <div className={styles.sides}>
          {is_same ? (
            <Side side="same" head={`v${from} and v${to}`} text={text(after)} />
          ) : (
            <>
              <Side side="before" head={`v${from}`} text={before === undefined ? "No value" : text(before)} />
              <Side side="after" head={`v${to}`} text={after === undefined ? "No value" : text(after)} />
            </>
          )}
        </div>
      )}
    </Stack>
  );
}

function hasLines(...values: unknown[]): boolean {
  return values.some((value) => typeof value === "string" && value.includes("\n"));
}

function Side({ side, head, text }: { side: "before" | "after" | "same"; head: string; text: string }) {
  return (
    <div className={styles.side} data-side={side}>
      <span className={styles.head}>{head}</span>
      {text}
    </div>
  );
}

const signs = { same: " ", removed: "−", added: "+" };
const words = { same: "", removed: "Removed: ", added: "Added: " };

/** A text of several lines, each with whether it was removed, added or stayed. */
function Lines({ label, before, after }: { label: string; before: string; after: string }) {
  const lines = useMemo(() => lineDiff(before, after), [before, after]);
  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- scrolls, so the keyboard has to reach it
    <div className={styles.lines} tabIndex={0} role="region" aria-label={`Lines of ${label}`}>
      {lines.map((line, nr) => (
        // oxlint-disable-next-line react/no-array-index-key -- lines have no identity but their place
        <LineItem key={nr} line={line} />
      ))}
    </div>
  );
}

function LineItem({ line }: { line: DiffLine }) {
  if (line.kind === "gap") {
    return (
      <div className={styles.line} data-kind="gap">
        {line.count === 1 ? "1 line is the same" : `${line.count.toLocaleString("en")} lines are the same`}
      </div>
    );
  }
  return (
    <div className={styles.line} data-kind={line.kind}>
      <span className={styles.sign} aria-hidden>
        {signs[line.kind]}
      </span>
      <span>
        <span className="only-read-out">{words[line.kind]}</span>
        {line.text}
      </span>
    </div>
  );
}
