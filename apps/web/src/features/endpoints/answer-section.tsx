import { SimpleGrid, TextInput } from "@mantine/core";
import type { UseFormReturnType } from "@mantine/form";
import { Section } from "../../ui/page.tsx";
import { answerFieldLooks } from "./answer-fields.ts";
import { answerFields, type EndpointValues } from "./endpoint-values.ts";

/** Where in the response the answer stands. */
export function AnswerSection({ form }: { form: UseFormReturnType<EndpointValues> }) {
  return (
    <Section
      title="Where the answer is"
      description="Try a call and click a value in the response to fill these in. Without any, the whole response counts as the answer."
    >
      <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="sm">
        {answerFields.map((field) => (
          <TextInput
            key={field}
            label={answerFieldLooks[field].label}
            description={answerFieldLooks[field].description}
            placeholder={answerFieldLooks[field].example}
            styles={{ input: { fontFamily: "var(--mantine-font-family-monospace)", fontSize: 13 } }}
            {...form.getInputProps(`config.response_mapping.${field}`)}
          />
        ))}
      </SimpleGrid>
    </Section>
  );
}
