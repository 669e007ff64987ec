import { Button, Group, Select, Stack, Text } from "@mantine/core";
import { useState } from "react";
import type { ExampleProposal } from "@rhesis/engine/mapping/schema";
import { answerFieldLooks } from "./answer-fields.ts";
import { answerFields, type AnswerField, type Reading } from "./endpoint-values.ts";

type Mapping = Reading["response_mapping"];
type Props = { proposal: ExampleProposal; onUse: (mapping: Mapping) => void };

/** The places that were found: the best of each is chosen, and another can be. */
export function ExamplePlaces({ proposal, onUse }: Props) {
  const [chosen, setChosen] = useState<NonNullable<Mapping> | null>(proposal.response_mapping);
  const fields = answerFields.filter((field) => pathsOf(proposal, field).length > 0);
  return (
    <Stack gap="sm">
      {chosen !== null &&
        fields.map((field) => (
          <PlaceOfField
            key={field}
            proposal={proposal}
            field={field}
            value={chosen[field] ?? null}
            onChange={(path) => setChosen(withPath(chosen, field, path))}
          />
        ))}
      <Group justify="flex-end">
        <Button onClick={() => onUse(chosen)}>Fill these in</Button>
      </Group>
    </Stack>
  );
}

function withPath(mapping: NonNullable<Mapping>, field: AnswerField, path: string | null): NonNullable<Mapping> {
  if (field === "output") return { ...mapping, output: path ?? mapping.output };
  const { [field]: _, ...others } = mapping;
  return path === null ? others : { ...others, [field]: path };
}

/** Also one that the example has nothing of, though answers of its kind may. */
function pathsOf({ places, response_mapping }: ExampleProposal, field: AnswerField): string[] {
  const chosen = response_mapping?.[field];
  const paths = places[field].map(({ path }) => path);
  return chosen === undefined || paths.includes(chosen) ? paths : [chosen, ...paths];
}

function PlaceOfField(props: {
  proposal: ExampleProposal;
  field: AnswerField;
  value: string | null;
  onChange: (path: string | null) => void;
}) {
  const { proposal, field, value } = props;
  const place = proposal.places[field].find(({ path }) => path === value);
  const sample = place?.sample ?? "";
  return (
    <div>
      <Select
        label={answerFieldLooks[field].label}
        description={place?.reason}
        data={pathsOf(proposal, field)}
        value={value}
        onChange={props.onChange}
        clearable={field !== "output"}
        allowDeselect={false}
        placeholder="Is not read"
        styles={{ input: { fontFamily: "var(--mantine-font-family-monospace)", fontSize: 13 } }}
      />
      {value !== null && (
        <Text size="sm" c="dimmed" mt={4} lineClamp={3} className="break-words">
          {sample === "" ? "Not in this example." : `“${sample}”`}
        </Text>
      )}
    </div>
  );
}
