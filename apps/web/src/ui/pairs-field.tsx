import { ActionIcon, Button, Group, Input, Stack, TextInput } from "@mantine/core";
import { IconPlus, IconTrash } from "@tabler/icons-react";
import type { Pair } from "./pairs.ts";

type Props = {
  label: string;
  description?: string;
  /** What one row is: "header". */
  noun: string;
  value: readonly Pair[];
  onChange: (pairs: Pair[]) => void;
  error?: string | undefined;
  namePlaceholder?: string;
  valuePlaceholder?: string;
};

/** Rows of name and value. */
export function PairsField(props: Props) {
  const { label, noun, value, onChange } = props;
  const set = (index: number, changes: Partial<Pair>) =>
    onChange(value.map((pair, each) => (each === index ? { ...pair, ...changes } : pair)));
  return (
    <Input.Wrapper label={label} description={props.description} error={props.error} labelElement="div">
      <Stack gap={6} mt={6}>
        {value.map((pair, index) => (
          // oxlint-disable-next-line react/no-array-index-key -- rows have no identity of their own
          <Group key={index} gap={6} wrap="nowrap">
            <TextInput
              aria-label={`Name of ${noun} ${index + 1}`}
              placeholder={props.namePlaceholder ?? "Name"}
              value={pair.name}
              onChange={(event) => set(index, { name: event.currentTarget.value })}
              flex={2}
              miw={0}
            />
            <TextInput
              aria-label={`Value of ${noun} ${index + 1}`}
              placeholder={props.valuePlaceholder ?? "Value"}
              value={pair.value}
              onChange={(event) => set(index, { value: event.currentTarget.value })}
              flex={3}
              miw={0}
            />
            <ActionIcon
              variant="subtle"
              color="gray"
              aria-label={`Remove ${noun} ${pair.name || index + 1}`}
              onClick={() => onChange(value.filter((_, each) => each !== index))}
            >
              <IconTrash size={16} />
            </ActionIcon>
          </Group>
        ))}
        <div>
          <Button
            variant="subtle"
            size="compact-sm"
            leftSection={<IconPlus size={14} />}
            onClick={() => onChange([...value, { name: "", value: "" }])}
          >
            Add {noun}
          </Button>
        </div>
      </Stack>
    </Input.Wrapper>
  );
}
