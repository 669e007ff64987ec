import { Stack, Text } from "@mantine/core";
import type { ParameterField } from "@rhesis/engine/parameters/schema";
import { wordsOf } from "../parameters/parameter-words.ts";
import { Fact } from "../tests/test-facts.tsx";

type Value = { name: string; text: string };

type Props = {
  values: readonly Value[];
  /** Of the project as it is now; undefined while they are on their way. */
  fields: readonly ParameterField[] | undefined;
};

/** Values in the order of the project, by the words of their parameters. What it has no parameter for any more is last. */
export function ValueList({ values, fields = [] }: Props) {
  const known = fields.flatMap(({ name }) => values.find((value) => value.name === name) ?? []);
  const others = values.filter((value) => !known.includes(value));
  if (values.length === 0) {
    return (
      <Text size="sm" c="dimmed">
        It holds no values.
      </Text>
    );
  }
  return (
    <Stack gap="sm">
      {[...known, ...others].map(({ name, text }) => (
        <Fact key={name} label={wordsOf(name)}>
          {text}
        </Fact>
      ))}
    </Stack>
  );
}
