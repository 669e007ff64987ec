import { Alert, Button, List, SegmentedControl, Stack, Text } from "@mantine/core";
import type { UseFormReturnType } from "@mantine/form";
import { useState } from "react";
import { Section } from "../../ui/page.tsx";
import { withProposal, type EndpointValues } from "./endpoint-values.ts";
import { FromCurl } from "./from-curl.tsx";
import { FromOpenApi } from "./from-openapi.tsx";
import { FromPreset } from "./from-preset.tsx";

const sources = [
  { value: "blank", label: "Blank" },
  { value: "preset", label: "Preset" },
  { value: "curl", label: "curl" },
  { value: "openapi", label: "OpenAPI" },
] as const;
type Source = (typeof sources)[number]["value"];

/** What was found, and what to know about it. */
export type Found = {
  /** “the command” */
  what: string;
  config: EndpointConfig;
  secret?: string | null;
  name?: string;
  notes: readonly string[];
};
type EndpointConfig = Parameters<typeof withProposal>[1]["config"];
type Filled = { found: Found; before: EndpointValues };

/** Ways to fill in the form of a new endpoint. */
export function StartFrom({ form }: { form: UseFormReturnType<EndpointValues> }) {
  const [source, setSource] = useState<Source>("blank");
  const [filled, setFilled] = useState<Filled | null>(null);
  const fill = (values: EndpointValues, found: Found | null) => {
    setFilled(found === null ? null : { found, before: filled?.before ?? form.getValues() });
    form.setValues(values);
    form.clearErrors();
  };
  const onFound = (found: Found) => {
    const values = form.getValues();
    // A name that a proposal gave is not one that a person chose.
    const name = values.name === filled?.found.name ? "" : values.name;
    fill(withProposal({ ...values, name }, found), found);
  };
  return (
    <Section title="Start from" description={descriptions[source]}>
      <SegmentedControl aria-label="Start from" data={[...sources]} value={source} onChange={setSource} maw={480} />
      {source === "preset" && <FromPreset onFound={onFound} />}
      {source === "curl" && <FromCurl onFound={onFound} />}
      {source === "openapi" && <FromOpenApi onFound={onFound} />}
      {filled !== null && <FilledIn {...filled} onRevert={() => fill(filled.before, null)} />}
    </Section>
  );
}

const descriptions: Record<Source, string> = {
  blank: "Fill in the form below by hand, or choose something that fills it in for you.",
  preset: "A chat API that many applications have, ready but for your key and your model.",
  curl: "A call that works, as it is typed in a terminal or copied from a browser (“Copy as cURL”).",
  openapi: "The description of the application's own API, as JSON or YAML.",
};

function FilledIn({ found, onRevert }: Filled & { onRevert: () => void }) {
  const notes = [...found.notes, ...(found.secret == null ? [] : [secretFound])];
  return (
    <Alert color="blue" role="status" title={`Filled in from ${found.what}`}>
      <Stack gap="xs" align="flex-start">
        {notes.length > 0 && (
          <List size="sm" spacing={2}>
            {notes.map((note) => (
              <List.Item key={note} className="break-words">
                {note}
              </List.Item>
            ))}
          </List>
        )}
        <Text size="sm">Try a call before you save it.</Text>
        <Button variant="default" size="compact-sm" onClick={onRevert}>
          Put back what was there
        </Button>
      </Stack>
    </Alert>
  );
}

const secretFound =
  "The secret in it is filled in under “How to sign in”, where it is stored encrypted, and nowhere else.";
