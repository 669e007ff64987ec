import { Alert, Select, SimpleGrid, Stack, TextInput } from "@mantine/core";
import type { UseFormReturnType } from "@mantine/form";
import type { Endpoint } from "@rhesis/router/endpoint/schema";
import { Section } from "../../ui/page.tsx";
import { problemBelow } from "../../ui/pairs.ts";
import { SecretField } from "../../ui/secret-field.tsx";
import { leavesHost, type EndpointValues } from "./endpoint-values.ts";

const kinds = [
  { value: "none", label: "Nothing is needed" },
  { value: "bearer", label: "Bearer token" },
  { value: "api_key", label: "API key" },
  { value: "client_credentials", label: "OAuth 2.0 client credentials" },
] as const;

const secretLabels = {
  none: "",
  bearer: "Token",
  api_key: "Key",
  client_credentials: "Client secret",
};

type Form = UseFormReturnType<EndpointValues>;

/** How the call identifies itself. `endpoint` is what is stored, where something is. */
export function AuthSection({ form, endpoint }: { form: Form; endpoint?: Endpoint }) {
  const values = form.getValues();
  const { auth } = values.config;
  const isStored = endpoint?.has_secret === true;
  const loses =
    auth.type !== "none" && isStored && endpoint !== undefined && values.secret === "" && leavesHost(values, endpoint);
  return (
    <Section title="How to sign in" description="What the application asks for before it answers.">
      <Select
        aria-label="How to sign in"
        data={kinds}
        allowDeselect={false}
        maw={320}
        {...form.getInputProps("config.auth.type")}
      />
      {auth.type === "api_key" && <ApiKeyPlace form={form} />}
      {auth.type === "client_credentials" && <ClientCredentials form={form} />}
      {auth.type !== "none" && (
        <SecretField
          label={secretLabels[auth.type]}
          value={values.secret}
          onChange={(secret) => form.setFieldValue("secret", secret)}
          isStored={isStored && !loses}
          removes={values.removes_secret}
          onRemove={(removes) => form.setFieldValue("removes_secret", removes)}
          error={problemBelow(form.errors, "secret")}
        />
      )}
      {loses && (
        <Alert color="yellow">
          The address now leads to another server, so the stored secret will not be used there. Enter it again if it is
          meant for the new one.
        </Alert>
      )}
    </Section>
  );
}

function ApiKeyPlace({ form }: { form: Form }) {
  return (
    <SimpleGrid cols={{ base: 1, xs: 2 }}>
      <Select
        label="Sent as"
        data={[
          { value: "header", label: "Header" },
          { value: "query", label: "Parameter of the address" },
        ]}
        allowDeselect={false}
        {...form.getInputProps("config.auth.in")}
      />
      <TextInput label="Its name" placeholder="X-API-Key" {...form.getInputProps("config.auth.name")} />
    </SimpleGrid>
  );
}

/** Where the token comes from, and for whom. */
function ClientCredentials({ form }: { form: Form }) {
  return (
    <Stack gap="sm">
      <TextInput
        label="Address of the token"
        placeholder="https://login.example.com/oauth/token"
        {...form.getInputProps("config.auth.token_url")}
      />
      <SimpleGrid cols={{ base: 1, xs: 3 }}>
        <TextInput label="Client id" {...form.getInputProps("config.auth.client_id")} />
        <TextInput label="Scope" placeholder="optional" {...form.getInputProps("config.auth.scope")} />
        <TextInput label="Audience" placeholder="optional" {...form.getInputProps("config.auth.audience")} />
      </SimpleGrid>
    </Stack>
  );
}
