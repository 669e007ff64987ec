import { Anchor, NumberInput, SimpleGrid, Stack, Switch, Textarea, TextInput } from "@mantine/core";
import type { UseFormReturnType } from "@mantine/form";
import { Section } from "../../ui/page.tsx";
import { problemBelow } from "../../ui/pairs.ts";
import { PairsField } from "../../ui/pairs-field.tsx";
import { SecretField } from "../../ui/secret-field.tsx";
import { useState } from "react";
import type { ModelValues } from "./model-values.ts";
import { ProviderCards } from "./provider-cards.tsx";
import { providerLooks } from "./providers.ts";

type Form = UseFormReturnType<ModelValues>;

/** The fields of a model. `hasKey`: one is stored on the server. */
export function ModelFields({ form, hasKey }: { form: Form; hasKey: boolean }) {
  const values = form.getValues();
  const [showsMore, setShowsMore] = useState(values.headers.length > 0);
  return (
    <Stack>
      <Section title="Provider">
        <ProviderCards value={values.provider} onChange={(provider) => form.setFieldValue("provider", provider)} />
      </Section>
      <Connection form={form} hasKey={hasKey} />
      <Prices form={form} />
      {showsMore ? (
        <RareSettings form={form} />
      ) : (
        <Anchor component="button" type="button" size="sm" ta="left" onClick={() => setShowsMore(true)}>
          More: another address, extra headers, description
        </Anchor>
      )}
    </Stack>
  );
}

function Connection({ form, hasKey }: { form: Form; hasKey: boolean }) {
  const values = form.getValues();
  const look = providerLooks[values.provider];
  return (
    <Section title="Connection">
      <TextInput
        label="Name"
        description="As it appears in metrics and results."
        placeholder={`${look.title} judge`}
        {...form.getInputProps("name")}
      />
      <TextInput
        label={values.provider === "azure" ? "Deployment" : "Model"}
        placeholder={look.model_example}
        description="Exactly as the provider names it."
        {...form.getInputProps("model_name")}
      />
      {look.needs_address && (
        <TextInput label="Address" placeholder={look.address_example} {...form.getInputProps("base_url")} />
      )}
      <SecretField
        label="API key"
        description={`${look.key_hint} Stored encrypted and never shown again.`}
        value={values.api_key}
        onChange={(value) => form.setFieldValue("api_key", value)}
        isStored={hasKey}
        removes={values.removes_key}
        onRemove={(removes) => form.setFieldValue("removes_key", removes)}
        error={problemBelow(form.errors, "api_key")}
      />
      <Switch
        label="Default judge"
        description="Judges for every metric that names no model of its own."
        {...form.getInputProps("is_default", { type: "checkbox" })}
      />
    </Section>
  );
}

function Prices({ form }: { form: Form }) {
  const price = { min: 0, decimalScale: 6, prefix: "$" };
  return (
    <Section
      title="Prices"
      description="In US dollars per million tokens. With them, every run shows what judging cost."
    >
      <SimpleGrid cols={{ base: 1, sm: 2 }}>
        <NumberInput label="Read (input)" {...price} {...form.getInputProps("input_price")} />
        <NumberInput label="Written (output)" {...price} {...form.getInputProps("output_price")} />
      </SimpleGrid>
    </Section>
  );
}

function RareSettings({ form }: { form: Form }) {
  const values = form.getValues();
  const look = providerLooks[values.provider];
  return (
    <Section title="More">
      {!look.needs_address && (
        <TextInput
          label="Another address"
          description="Leave empty to call the provider directly."
          placeholder={look.address_example}
          {...form.getInputProps("base_url")}
        />
      )}
      <PairsField
        label="Extra headers"
        noun="header"
        value={values.headers}
        onChange={(headers) => form.setFieldValue("headers", headers)}
        error={problemBelow(form.errors, "headers")}
      />
      <Textarea label="Description" autosize minRows={2} {...form.getInputProps("description")} />
    </Section>
  );
}
