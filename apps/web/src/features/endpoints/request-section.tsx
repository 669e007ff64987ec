import { Button, Group, Input, Stack, Text, Tooltip } from "@mantine/core";
import type { UseFormReturnType } from "@mantine/form";
import { IconPlus } from "@tabler/icons-react";
import { useRef } from "react";
import type { InsertText } from "../../ui/code-editor.tsx";
import { JsonEditor } from "../../ui/json-view.tsx";
import { Section } from "../../ui/page.tsx";
import { problemBelow } from "../../ui/pairs.ts";
import { PairsField } from "../../ui/pairs-field.tsx";
import { requestBodyOf, type EndpointValues } from "./endpoint-values.ts";
import { insertionFor, variables } from "./variables.ts";

type Form = UseFormReturnType<EndpointValues>;

const looks: Record<EndpointValues["config"]["protocol"], { what: string; description: string }> = {
  http: { what: "Body", description: "The body of the call" },
  websocket: { what: "First message", description: "The first message once the WebSocket is open" },
  connector: { what: "Parameters", description: "The parameters of the function by name" },
};

/** What is sent: the body with places for the question, headers, and parameters of the address. */
export function RequestSection({ form }: { form: Form }) {
  const { config } = form.getValues();
  const { what, description } = looks[config.protocol];
  const insert = useRef<InsertText>(null);
  const problem = requestBodyOf(config.request_mapping).problem ?? problemBelow(form.errors, "config.request_mapping");
  return (
    <Section title="What to send" description={`${description}, with places that are filled in for each test.`}>
      <Input.Wrapper
        label={what}
        labelElement="div"
        description="JSON. Put the cursor where something should be filled in, then choose it here. Leave it empty to send none."
      >
        <Group gap={6} my={8}>
          {variables.map((variable) => (
            <Tooltip key={variable.text} label={`${variable.hint}: ${variable.text}`}>
              <Button
                variant="light"
                size="compact-sm"
                leftSection={<IconPlus size={13} />}
                onClick={() => insert.current?.((text, position) => insertionFor(text, position, variable.text))}
              >
                {variable.label}
              </Button>
            </Tooltip>
          ))}
        </Group>
        <JsonEditor
          label={what}
          value={config.request_mapping}
          onChange={(text) => form.setFieldValue("config.request_mapping", text)}
          error={problem}
          height="190px"
          insertRef={insert}
        />
      </Input.Wrapper>
      {config.connector === null && <HeadersAndParameters form={form} />}
    </Section>
  );
}

function HeadersAndParameters({ form }: { form: Form }) {
  const { config } = form.getValues();
  return (
    <Stack gap="md">
      <PairsField
        label="Headers"
        noun="header"
        value={config.headers}
        onChange={(pairs) => form.setFieldValue("config.headers", pairs)}
        error={problemBelow(form.errors, "config.headers")}
        namePlaceholder="X-Client"
        valuePlaceholder="rhesis"
      />
      <PairsField
        label="Parameters of the address"
        noun="parameter"
        value={config.query}
        onChange={(pairs) => form.setFieldValue("config.query", pairs)}
        error={problemBelow(form.errors, "config.query")}
        namePlaceholder="language"
        valuePlaceholder="en"
      />
      <Text size="xs" c="dimmed">
        Keys and passwords belong under “How to sign in”, where they are stored encrypted.
      </Text>
    </Stack>
  );
}
