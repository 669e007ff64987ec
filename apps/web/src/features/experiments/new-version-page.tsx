import { Alert, Stack, Textarea } from "@mantine/core";
import { skipToken, useQuery } from "@tanstack/react-query";
import { createLazyRoute, useNavigate } from "@tanstack/react-router";
import type { ParameterField } from "@rhesis/engine/parameters/schema";
import type { Experiment, ExperimentVersion } from "@rhesis/router/experiment/schema";
import { api, queryClient, trpc } from "../../api/trpc.ts";
import { EmptyState } from "../../ui/empty-state.tsx";
import { FormActions, FormFailure, useUnsavedGuard } from "../../ui/form-parts.tsx";
import { useContractForm } from "../../ui/form.ts";
import { ButtonLink } from "../../ui/link.tsx";
import { notifyDone, notifyPlain } from "../../ui/notices.ts";
import { PageHeader } from "../../ui/page-header.tsx";
import { PageWaiting } from "../../ui/page-waiting.tsx";
import { Page, Section } from "../../ui/page.tsx";
import { useModelNames } from "../parameters/model-names.ts";
import { valueText, wordsOf } from "../parameters/parameter-words.ts";
import { ValueInput } from "../parameters/value-input.tsx";
import { refreshExperiments } from "./refresh.ts";
import { givenValues, leftBehind, newVersion, startValues, type FormValue } from "./version-values.ts";

export const Route = createLazyRoute("/experiments/$id/new-version")({ component: NewVersionPage });

function NewVersionPage() {
  const { id } = Route.useParams();
  const { from } = Route.useSearch();
  const experiment = useQuery(trpc.experiment.get.queryOptions({ id }));
  const project_id = experiment.data?.project_id;
  const schema = useQuery(trpc.parameters.schema.queryOptions(project_id === undefined ? skipToken : { project_id }));
  const latest = experiment.data?.latest_version ?? 0;
  const number = from ?? (latest === 0 ? null : latest);
  const base = useQuery(trpc.experiment.version.queryOptions(number === null ? skipToken : { id, number }));
  const isWaiting = experiment.data === undefined || schema.data === undefined;
  if (isWaiting || (number !== null && base.data === undefined)) {
    return <PageWaiting query={[experiment, schema, base].find(({ isError }) => isError) ?? experiment} />;
  }
  const { name } = experiment.data;
  return (
    <Page narrow>
      <PageHeader
        title="New version"
        parents={[
          { label: "Experiments", to: "/experiments" },
          { label: name, to: `/experiments/${id}` },
        ]}
        description={
          number === null
            ? "The first values of this experiment."
            : `It starts from v${number}. Change what you want to try.`
        }
      />
      <NewVersion key={number} experiment={experiment.data} fields={schema.data.fields} base={base.data ?? null} />
    </Page>
  );
}

type Props = { experiment: Experiment; fields: readonly ParameterField[]; base: ExperimentVersion | null };

function NewVersion({ experiment: { id }, fields, base }: Props) {
  const navigate = useNavigate({ from: "/experiments/$id/new-version" });
  const { form, onSubmit, isSaving, failure, hasUnsaved } = useContractForm({
    schema: newVersion(fields),
    initialValues: { values: startValues(fields, base?.values ?? null), note: "" },
    toInput: ({ values, note }) => ({
      id,
      note,
      values: givenValues(fields, values),
      ...(base === null ? {} : { parent: base.number }),
    }),
    save: async (input) => {
      const { number, created } = await api.experiment.add_version.mutate(input);
      // The list without it would show for a moment.
      queryClient.removeQueries(trpc.experiment.versions.pathFilter());
      await refreshExperiments();
      await navigate({ to: "/experiments/$id", params: { id }, search: { version: number } });
      if (created) notifyDone(`v${number} is saved.`);
      else notifyPlain(`Nothing new was saved: v${number} holds these values already.`);
    },
  });
  useUnsavedGuard(hasUnsaved);
  if (fields.length === 0) return <NoFields />;
  return (
    <form onSubmit={onSubmit} noValidate>
      <Section title="Values">
        <LeftBehind fields={fields} base={base} />
        <Stack gap="md">
          {fields.map((field) => (
            <FieldInput key={field.name} field={field} {...form.getInputProps(`values.${field.name}`)} />
          ))}
          <Textarea
            label="Note"
            description="Optional. What is different, to be read in the list of versions."
            autosize
            minRows={2}
            maxRows={6}
            {...form.getInputProps("note")}
          />
          <FormFailure failure={failure} />
          <FormActions
            submit="Save version"
            isSaving={isSaving}
            onCancel={() => void navigate({ to: "/experiments/$id", params: { id } })}
          />
        </Stack>
      </Section>
    </form>
  );
}

type InputProps = {
  field: ParameterField;
  value?: FormValue;
  onChange?: (value: FormValue) => void;
  error?: React.ReactNode;
};

function FieldInput({ field, value = null, onChange = () => undefined, error }: InputProps) {
  const models = useModelNames();
  const isText = field.type === "string" || field.type === "text";
  const fallback =
    field.default === null || isText ? "" : `Where left empty: ${valueText(field.default, field.type, models)}`;
  const description = [field.description, fallback].filter((each) => each !== "").join(" · ");
  return (
    <ValueInput
      type={field.type}
      options={field.type === "enum" ? field.options : []}
      label={wordsOf(field.name)}
      {...(description === "" ? {} : { description })}
      required={field.required && field.default === null}
      value={value}
      onChange={onChange}
      error={error}
    />
  );
}

/** What the version one starts from has that is not taken over. */
function LeftBehind({ fields, base }: Pick<Props, "fields" | "base">) {
  const names = base === null ? [] : leftBehind(fields, base.values);
  if (names.length === 0) return null;
  return (
    <Alert color="yellow" title="The parameters have changed since">
      These values of v{base?.number} do not fit them any more and are not taken over: {names.map(wordsOf).join(", ")}.
    </Alert>
  );
}

function NoFields() {
  return (
    <EmptyState
      title="The project has no parameters yet"
      action={<ButtonLink to="/experiments/parameters">Go to the parameters</ButtonLink>}
    >
      Say first what can differ from version to version.
    </EmptyState>
  );
}
