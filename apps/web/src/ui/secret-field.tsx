import { Button, Group, PasswordInput, Text } from "@mantine/core";
import { IconLock } from "@tabler/icons-react";
import { useState } from "react";

type Props = {
  label: string;
  description?: string;
  /** What was typed; empty leaves the stored one as it is. */
  value: string;
  onChange: (value: string) => void;
  /** True where one is stored on the server, which never gives it back. */
  isStored: boolean;
  removes: boolean;
  onRemove: (removes: boolean) => void;
  error?: string | undefined;
};

/** A secret that can be written but not read. */
export function SecretField(props: Props) {
  const { label, isStored, removes, value } = props;
  const [isReplacing, setReplacing] = useState(false);
  if (isStored && !isReplacing && value === "") {
    return (
      <div>
        <Text size="sm" fw={500}>
          {label}
        </Text>
        <Group gap="sm" mt={4}>
          <IconLock size={16} aria-hidden />
          <Text size="sm">
            {removes ? "The stored one will be removed when you save." : "One is stored. It is never shown."}
          </Text>
          <Button variant="default" size="compact-sm" onClick={() => setReplacing(true)}>
            Replace
          </Button>
          <Button
            variant="subtle"
            size="compact-sm"
            color={removes ? "blue" : "red"}
            onClick={() => props.onRemove(!removes)}
          >
            {removes ? "Keep it" : "Remove"}
          </Button>
        </Group>
      </div>
    );
  }
  return (
    <PasswordInput
      label={label}
      description={props.description ?? "Stored encrypted and never shown again."}
      autoComplete="off"
      data-1p-ignore
      value={value}
      onChange={(event) => props.onChange(event.currentTarget.value)}
      error={props.error}
    />
  );
}
