import { CloseButton, Kbd, TextInput } from "@mantine/core";
import { useDebouncedCallback } from "@mantine/hooks";
import { IconSearch } from "@tabler/icons-react";
import { useState } from "react";

type Props = { value: string | undefined; onChange: (value: string | undefined) => void; label?: string };

/** The search of a list: what is typed goes to the address after a moment. `/` focuses it. */
export function SearchField({ value, onChange, label = "Search" }: Props) {
  const [text, setText] = useState(value ?? "");
  const [seen, setSeen] = useState(value);
  const [sent, setSent] = useState(value);
  // An address that changed otherwise (back, a cleared filter) counts; the echo of what was typed here does not.
  if (value !== seen) {
    setSeen(value);
    if (value !== sent) setText(value ?? "");
  }
  const send = useDebouncedCallback((typed: string) => {
    const next = typed.trim() === "" ? undefined : typed.trim();
    setSent(next);
    onChange(next);
  }, 250);
  const change = (next: string) => {
    setText(next);
    send(next);
  };
  return (
    <TextInput
      aria-label={label}
      placeholder={label}
      data-page-search
      value={text}
      maxLength={200}
      onChange={(event) => change(event.currentTarget.value)}
      onKeyDown={(event) => {
        if (event.key !== "Escape") return;
        if (text !== "") change("");
        else event.currentTarget.blur();
      }}
      leftSection={<IconSearch size={16} aria-hidden />}
      rightSection={
        text === "" ? (
          <Kbd size="xs" aria-hidden>
            /
          </Kbd>
        ) : (
          <CloseButton size="sm" aria-label="Clear search" onClick={() => change("")} />
        )
      }
      w={260}
    />
  );
}
