import { Badge, Code, Group, Stack, Text } from "@mantine/core";
import type { ParameterField } from "@rhesis/engine/parameters/schema";
import { useModelNames } from "./model-names.ts";
import { typeWords, valueText, wordsOf } from "./parameter-words.ts";

/** The parameters of a project, to read. */
export function FieldList({ fields }: { fields: readonly ParameterField[] }) {
  const models = useModelNames();
  return (
    <Stack component="ol" gap="lg" p={0} m={0} style={{ listStyle: "none" }}>
      {fields.map((field) => (
        <Stack key={field.name} component="li" gap={4}>
          <Group gap="xs">
            <Text fw={600} className="break-words">
              {wordsOf(field.name)}
            </Text>
            <Badge variant="default" tt="none" fw={500}>
              {typeWords[field.type]}
            </Badge>
            {field.required && (
              <Badge variant="light" tt="none" fw={500}>
                Required
              </Badge>
            )}
          </Group>
          {field.description !== "" && (
            <Text size="sm" className="break-words">
              {field.description}
            </Text>
          )}
          {field.type === "enum" && (
            <Text size="sm" c="dimmed" className="break-words">
              Options: {field.options.join(", ")}
            </Text>
          )}
          <Text size="sm" c="dimmed" className="break-words" lineClamp={4}>
            {field.default === null ? "No default" : `Default: ${valueText(field.default, field.type, models)}`}
          </Text>
          <div>
            <Code>{`{{ params.${field.name} }}`}</Code>
          </div>
        </Stack>
      ))}
    </Stack>
  );
}
