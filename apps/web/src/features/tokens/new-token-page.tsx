import { Alert, Button, Group, Radio, Select, Stack, Text, TextInput, Input } from "@mantine/core";
import type { UseFormReturnType } from "@mantine/form";
import { createLazyRoute, useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { createApiToken, type ApiToken } from "@rhesis/router/api-token/schema";
import { api, queryClient, trpc } from "../../api/trpc.ts";
import { useFeature, useSession } from "../../session/member.tsx";
import { CopyButton } from "../../ui/copy.tsx";
import { useContractForm } from "../../ui/form.ts";
import { FormActions, FormFailure } from "../../ui/form-parts.tsx";
import { CodeBlock } from "../../ui/json-view.tsx";
import { onlyReadOut } from "../../ui/only-read-out.ts";
import { Page, Section } from "../../ui/page.tsx";
import { PageHeader } from "../../ui/page-header.tsx";
import { problemBelow } from "../../ui/pairs.ts";
import { ButtonLink } from "../../ui/link.tsx";
import { SwitchedOff } from "../../ui/switched-off.tsx";
import { ProjectSelect } from "../../ui/project-select.tsx";
import { presetScopes, presets, type Preset } from "./presets.ts";
import { ScopePicker } from "./scope-picker.tsx";

export const Route = createLazyRoute("/settings/tokens/new")({ component: NewTokenPage });

const lifetimes = [
  { value: "30", label: "30 days" },
  { value: "90", label: "90 days" },
  { value: "365", label: "1 year" },
  { value: "", label: "It does not expire" },
];

type Values = { name: string; preset: Preset; scopes: string[]; expires_in_days: string; project_id: string | null };
type Form = UseFormReturnType<Values>;
type Created = ApiToken & { token: string };

function NewTokenPage() {
  const [created, setCreated] = useState<Created | null>(null);
  const isOn = useFeature()("api_tokens");
  return (
    <Page narrow>
      <PageHeader
        title={created === null ? "Create an API token" : "Copy your token now"}
        parents={[{ label: "API tokens", to: "/settings/tokens" }]}
      />
      {!isOn && (
        <SwitchedOff
          feature="api_tokens"
          action={
            <ButtonLink variant="default" to="/settings/tokens">
              See the tokens there are
            </ButtonLink>
          }
        />
      )}
      {isOn && created === null && <NewToken onCreated={setCreated} />}
      {created !== null && <ShowOnce created={created} />}
    </Page>
  );
}

function inputOf({ name, preset, scopes, expires_in_days, project_id }: Values, granted: readonly string[]) {
  const chosen = preset === "chosen" ? scopes : presetScopes(preset, granted);
  return {
    name,
    ...(chosen === null ? {} : { scopes: chosen }),
    ...(expires_in_days === "" ? {} : { expires_in_days: Number(expires_in_days) }),
    ...(project_id === null ? {} : { project_id }),
  };
}

const initialValues: Values = { name: "", preset: "run", scopes: [], expires_in_days: "90", project_id: null };

function NewToken({ onCreated }: { onCreated: (created: Created) => void }) {
  const navigate = useNavigate();
  const { me } = useSession();
  const { form, onSubmit, isSaving, failure } = useContractForm({
    schema: createApiToken,
    initialValues,
    toInput: (values) => inputOf(values, me.permissions),
    save: async (input) => {
      onCreated(await api.api_token.create.mutate(input));
      await queryClient.invalidateQueries(trpc.api_token.pathFilter());
    },
  });
  return (
    <form onSubmit={onSubmit} noValidate>
      <Stack>
        <WhatItIs form={form} />
        <WhatItMayDo form={form} granted={me.permissions} />
        <FormFailure failure={failure} />
      </Stack>
      <FormActions
        submit="Create token"
        isSaving={isSaving}
        onCancel={() => void navigate({ to: "/settings/tokens" })}
      />
    </form>
  );
}

function WhatItIs({ form }: { form: Form }) {
  return (
    <Section title="Token">
      <TextInput
        label="Name"
        description="What will use it, so that you know which one to revoke."
        placeholder="Release pipeline"
        {...form.getInputProps("name")}
      />
      <Group grow align="flex-start">
        <Select label="Valid for" data={lifetimes} allowDeselect={false} {...form.getInputProps("expires_in_days")} />
        <ProjectSelect
          placeholder="All projects"
          value={form.values.project_id}
          onChange={(id) => form.setFieldValue("project_id", id)}
          error={form.errors["project_id"]}
        />
      </Group>
    </Section>
  );
}

function WhatItMayDo({ form, granted }: { form: Form; granted: readonly string[] }) {
  const { preset, scopes } = form.getValues();
  return (
    <Section title="What it may do" description="At most what you may do yourself.">
      <Input.Wrapper error={problemBelow(form.errors, "scopes")}>
        <Radio.Group
          label="What it may do"
          labelProps={onlyReadOut}
          value={preset}
          onChange={(value) => form.setFieldValue("preset", value)}
        >
          <Stack gap="xs">
            {presets.map((each) => (
              <Radio key={each.value} {...each} />
            ))}
          </Stack>
        </Radio.Group>
      </Input.Wrapper>
      {preset === "chosen" && (
        <ScopePicker granted={granted} value={scopes} onChange={(next) => form.setFieldValue("scopes", next)} />
      )}
    </Section>
  );
}

/** The only time the token is shown, with a first call to try. */
function ShowOnce({ created }: { created: Created }) {
  const navigate = useNavigate();
  const example = [
    `export RHESIS_TOKEN='${created.token}'`,
    `curl -H "Authorization: Bearer $RHESIS_TOKEN" '${window.location.origin}/api/v1/test-runs?limit=5'`,
  ].join("\n");
  return (
    <Stack>
      <Alert color="yellow" title="It is shown this once">
        Keep it where your program reads its secrets. If it gets lost, revoke it and create another.
      </Alert>
      <Section title={created.name}>
        <Group wrap="nowrap" gap="xs">
          <TextInput
            aria-label="Token"
            readOnly
            value={created.token}
            flex={1}
            onFocus={(event) => event.currentTarget.select()}
            styles={{ input: { fontFamily: "var(--mantine-font-family-monospace)" } }}
          />
          <CopyButton value={created.token} label="Copy" wide />
        </Group>
        <Text size="sm">Try it: this lists the newest runs.</Text>
        <CodeBlock text={example} label="Example" />
      </Section>
      <Group justify="flex-end">
        <Button onClick={() => void navigate({ to: "/settings/tokens" })}>I have copied it</Button>
      </Group>
    </Stack>
  );
}
