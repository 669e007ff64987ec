import { ActionIcon, Checkbox, Group, Paper, Select, SimpleGrid, Stack, Text, TextInput, Tooltip } from "@mantine/core";
import { IconArrowDown, IconArrowUp, IconTrash } from "@tabler/icons-react";
import { useEffect, useRef, type ReactNode } from "react";
import { parameterTypes, type ParameterType } from "@rhesis/engine/parameters/schema";
import type { ContractForm } from "../../ui/form.ts";
import { PhraseList } from "../metrics/phrase-list.tsx";
import { typeWords } from "./parameter-words.ts";
import { withType, type SchemaValues } from "./schema-values.ts";
import { ValueInput } from "./value-input.tsx";

type Props = {
  form: ContractForm<SchemaValues>["form"];
  at: number;
  /** It was just added: writing begins at its name. */
  isNew: boolean;
  onMove: (to: number) => void;
  onRemove: () => void;
};

const types = parameterTypes.map((value) => ({ value, label: typeWords[value] }));

/** One parameter while it is written. */
export function FieldCard({ form, at, isNew, onMove, onRemove }: Props) {
  const name = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (isNew) name.current?.focus();
  }, [isNew]);
  const { fields } = form.getValues();
  const field = fields[at];
  if (field === undefined) return null;
  const path = `fields.${at}`;
  return (
    <Paper withBorder p="md" component="li" aria-label={`Parameter ${at + 1}`}>
      <Stack gap="md">
        <Group justify="space-between" wrap="nowrap">
          <Text fw={600} size="sm" className="one-line">
            {at + 1}. {field.name === "" ? "New parameter" : field.name}
          </Text>
          <Places name={field.name} at={at} last={fields.length - 1} onMove={onMove} onRemove={onRemove} />
        </Group>
        <SimpleGrid cols={{ base: 1, xs: 2 }}>
          <TextInput
            ref={name}
            label="Name"
            description={`Mappings read it as {{ params.${field.name === "" ? "name" : field.name} }}`}
            withAsterisk
            {...form.getInputProps(`${path}.name`)}
          />
          <Select
            label="Type"
            description={typeHints[field.type]}
            data={types}
            allowDeselect={false}
            value={field.type}
            onChange={(type) => type !== null && form.setFieldValue(path, withType(field, type))}
          />
        </SimpleGrid>
        {field.type === "enum" && <Options form={form} at={at} />}
        <ValueInput
          label="Default"
          description="Counts where a version has no value of its own."
          type={field.type}
          options={field.options.filter((each) => each.trim() !== "")}
          placeholder="None"
          value={field.default}
          {...form.getInputProps(`${path}.default`)}
        />
        <TextInput
          label="Description"
          description="Optional. Stands at the field when somebody fills it in."
          {...form.getInputProps(`${path}.description`)}
        />
        <Checkbox
          label="Required"
          description="A version has to have a value where there is no default."
          {...form.getInputProps(`${path}.required`, { type: "checkbox" })}
        />
      </Stack>
    </Paper>
  );
}

const typeHints: Record<ParameterType, string> = {
  string: "One line",
  text: "Several lines, such as a prompt",
  integer: "Without a fraction",
  number: "With or without a fraction",
  boolean: "A switch",
  enum: "One of the options you list",
  model_ref: "One of the organization's models",
};

function Options({ form, at }: Pick<Props, "form" | "at">) {
  const path = `fields.${at}.options`;
  const error = Object.entries(form.errors).find(([key]) => key === path || key.startsWith(`${path}.`))?.[1];
  return (
    <PhraseList
      label="Options"
      description="Press Enter for the next one, or paste several lines."
      noun="option"
      value={form.getValues().fields[at]?.options ?? []}
      onChange={(options) => {
        form.setFieldValue(path, options);
        form.clearFieldError(path);
      }}
      error={typeof error === "string" ? error : undefined}
    />
  );
}

type PlacesProps = Pick<Props, "at" | "onMove" | "onRemove"> & { name: string; last: number };

function Places({ name, at, last, onMove, onRemove }: PlacesProps) {
  const called = name === "" ? `parameter ${at + 1}` : name;
  return (
    <Group gap={4} wrap="nowrap">
      <PlaceButton label={`Move ${called} up`} off={at === 0} onClick={() => onMove(at - 1)}>
        <IconArrowUp size={16} />
      </PlaceButton>
      <PlaceButton label={`Move ${called} down`} off={at === last} onClick={() => onMove(at + 1)}>
        <IconArrowDown size={16} />
      </PlaceButton>
      <PlaceButton label={`Remove ${called}`} off={false} onClick={onRemove}>
        <IconTrash size={16} />
      </PlaceButton>
    </Group>
  );
}

/** What is off keeps the focus: one may move something to the end and back by the same keys. */
function PlaceButton(props: { label: string; off: boolean; onClick: () => void; children: ReactNode }) {
  return (
    <Tooltip label={props.label}>
      <ActionIcon
        variant="subtle"
        color="gray"
        aria-label={props.label}
        aria-disabled={props.off}
        {...(props.off ? { "data-disabled": true } : {})}
        onClick={() => !props.off && props.onClick()}
      >
        {props.children}
      </ActionIcon>
    </Tooltip>
  );
}
