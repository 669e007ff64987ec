import { Accordion, NumberInput, Select, SimpleGrid, Stack, Textarea, TextInput } from "@mantine/core";
import type { UseFormReturnType } from "@mantine/form";
import type { Endpoint } from "@rhesis/router/endpoint/schema";
import { Section } from "../../ui/page.tsx";
import { ProjectSelect } from "../../ui/project-select.tsx";
import { AddressFields } from "./address-fields.tsx";
import { AnswerSection } from "./answer-section.tsx";
import { AuthSection } from "./auth-section.tsx";
import { ConnectedFunction } from "./connected-function.tsx";
import type { EndpointValues } from "./endpoint-values.ts";
import { environmentOptions } from "./environments.ts";
import { RequestSection } from "./request-section.tsx";

/** All fields of an endpoint. Without `endpoint` it is a new one, whose project can be chosen. */
export function EndpointFields(props: {
  form: UseFormReturnType<EndpointValues>;
  endpoint?: Endpoint;
  /** What the last trial was answered, as it came. */
  tried: string | null;
}) {
  const { form, endpoint } = props;
  const called = form.getValues().config.connector;
  return (
    <Stack>
      <Section title="The application">
        <TextInput label="Name" placeholder="Support chatbot" {...form.getInputProps("name")} />
        {called === null && <AddressFields form={form} />}
        <SimpleGrid cols={{ base: 1, xs: 2 }}>
          {endpoint === undefined && (
            <ProjectSelect
              required
              value={form.values.project_id === "" ? null : form.values.project_id}
              onChange={(id) => form.setFieldValue("project_id", id ?? "")}
              error={form.errors["project_id"]}
            />
          )}
          <Select
            label="Environment"
            data={environmentOptions}
            allowDeselect={false}
            {...form.getInputProps("environment")}
          />
        </SimpleGrid>
      </Section>
      {called === null ? (
        <AuthSection form={form} {...(endpoint === undefined ? {} : { endpoint })} />
      ) : (
        <ConnectedFunction project_id={form.getValues().project_id} called={called} />
      )}
      <RequestSection form={form} />
      <AnswerSection form={form} tried={props.tried} />
      <LimitsAndDescription form={form} />
    </Stack>
  );
}

function LimitsAndDescription({ form }: { form: UseFormReturnType<EndpointValues> }) {
  return (
    <Accordion variant="contained" radius="lg" styles={{ item: { background: "var(--card)" } }}>
      <Accordion.Item value="limits">
        <Accordion.Control>Limits and description</Accordion.Control>
        <Accordion.Panel>
          <Stack gap="sm">
            <LimitFields form={form} />
            <Textarea label="Description" autosize minRows={2} {...form.getInputProps("description")} />
          </Stack>
        </Accordion.Panel>
      </Accordion.Item>
    </Accordion>
  );
}

function LimitFields({ form }: { form: UseFormReturnType<EndpointValues> }) {
  return (
    <SimpleGrid cols={{ base: 1, xs: 2 }}>
      <NumberInput
        label="Calls at the same time"
        description="Over all runs together"
        min={1}
        max={1000}
        {...form.getInputProps("max_concurrency")}
      />
      <NumberInput
        label="Calls per minute"
        description="Over all runs together; empty for any number"
        placeholder="Any number"
        min={1}
        max={1_000_000}
        allowDecimal={false}
        {...form.getInputProps("max_per_minute")}
      />
      <NumberInput
        label="Seconds to wait for an answer"
        description="After that the call counts as failed"
        min={0.1}
        max={600}
        {...form.getInputProps("config.timeout_s")}
        error={form.errors["config.timeout_ms"]}
      />
      <NumberInput
        label="Attempts"
        description="When it is overloaded or out of reach"
        min={1}
        max={10}
        {...form.getInputProps("config.max_attempts")}
      />
      <NumberInput
        label="Largest response in kB"
        description="More is cut off and reported"
        min={1}
        max={10_240}
        {...form.getInputProps("config.max_response_kb")}
        error={form.errors["config.max_response_bytes"]}
      />
      <NumberInput label="Redirects to follow" min={0} max={5} {...form.getInputProps("config.max_redirects")} />
    </SimpleGrid>
  );
}
