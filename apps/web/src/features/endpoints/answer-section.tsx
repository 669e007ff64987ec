import { Button, SimpleGrid, TextInput } from "@mantine/core";
import type { UseFormReturnType } from "@mantine/form";
import { useState } from "react";
import { useCan } from "../../session/member.tsx";
import { notifyDone } from "../../ui/notices.ts";
import { Section } from "../../ui/page.tsx";
import { answerFieldLooks } from "./answer-fields.ts";
import { isStreamed } from "./answer-reading.ts";
import { answerFields, withReading, type AnswerField, type EndpointValues } from "./endpoint-values.ts";
import { ExampleAnswerDialog } from "./example-answer-dialog.tsx";
import { pieceOf, ReadingFields } from "./reading-fields.tsx";

type Props = {
  form: UseFormReturnType<EndpointValues>;
  /** What the last trial was answered, as it came. */
  tried: string | null;
};

/** How the answer comes, and where in it everything stands. */
export function AnswerSection({ form, tried }: Props) {
  const { config } = form.getValues();
  const can = useCan();
  const [isOpen, setOpen] = useState(false);
  const piece = isStreamed(config) ? pieceOf(config) : null;
  return (
    <Section
      title="Where the answer is"
      description={
        piece === null
          ? "Try a call and click a value in the response to fill these in. Without any, the whole response counts as the answer."
          : `Say where in one ${piece} the next piece of the answer is. Without any, each whole ${piece} is a piece of it.`
      }
      aside={
        can("endpoint:create") && (
          <Button variant="light" size="compact-sm" onClick={() => setOpen(true)}>
            Use an example answer
          </Button>
        )
      }
    >
      {config.connector === null && <ReadingFields form={form} />}
      <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="sm">
        {answerFields.map((field) => (
          <TextInput
            key={field}
            label={answerFieldLooks[field].label}
            description={
              field === "output" && piece !== null ? "Its next piece, as text" : answerFieldLooks[field].description
            }
            placeholder={exampleOf(field, config, piece)}
            styles={{ input: { fontFamily: "var(--mantine-font-family-monospace)", fontSize: 13 } }}
            {...form.getInputProps(`config.response_mapping.${field}`)}
          />
        ))}
      </SimpleGrid>
      {isOpen && (
        <ExampleAnswerDialog
          tried={tried}
          onClose={() => setOpen(false)}
          onUse={(reading) => {
            form.setValues(withReading(form.getValues(), reading));
            form.clearErrors();
            setOpen(false);
            notifyDone("Filled in from the example. Try a call to see that it is read right.");
          }}
        />
      )}
    </Section>
  );
}

/** Paths lead into JSON only. */
function exampleOf(field: AnswerField, { response_format }: EndpointValues["config"], piece: string | null): string {
  if (response_format === "text") return field === "output" ? "{{ response }}" : "";
  return field === "output" && piece !== null ? "$.delta.text" : answerFieldLooks[field].example;
}
