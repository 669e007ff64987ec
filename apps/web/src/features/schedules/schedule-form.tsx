import { NumberInput, Stack, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { createSchedule } from "@rhesis/router/schedule/schema";
import type { z } from "zod";
import { trpc } from "../../api/trpc.ts";
import { useProjectId } from "../../shell/project.ts";
import { FormActions, FormFailure, useUnsavedGuard } from "../../ui/form-parts.tsx";
import { useContractForm, type ContractForm } from "../../ui/form.ts";
import { Section } from "../../ui/page.tsx";
import type { ParametersChoice } from "../experiments/parameters-request.ts";
import { ParametersChoiceField, useRunParameters } from "../experiments/run-parameters.tsx";
import { MetricsChoice } from "../metrics/metrics-choice.tsx";
import { EndpointSelect } from "../test-sets/endpoint-select.tsx";
import { TestSetSelect } from "../test-sets/test-set-select.tsx";
import { WhenField } from "./when-field.tsx";

export type ScheduleInput = z.infer<typeof createSchedule>;
type Values = Omit<ScheduleInput, "parameters" | "test_set_id">;

type Props = {
  initial: Values & { test_set_id: string | null; choice: ParametersChoice };
  submit: string;
  save: (input: ScheduleInput) => Promise<unknown>;
  onCancel: () => void;
};

/** The test set, which says which project the rest belongs to, and the version of that project's parameters. */
function useSetAndParameters({ test_set_id, choice: first }: Pick<Props["initial"], "test_set_id" | "choice">) {
  const [set_id, setSet] = useState(test_set_id);
  const [choice, setChoice] = useState(first);
  const set = useQuery(trpc.test_set.get.queryOptions({ id: set_id ?? "" }, { enabled: set_id !== null }));
  const project_id = set_id === null ? undefined : set.data?.project_id;
  const parameters = useRunParameters(project_id, choice);
  return {
    set_id,
    setSet,
    choice,
    change: (changes: ParametersChoice) => setChoice((before) => ({ ...before, ...changes })),
    project_id,
    parameters,
    isChanged: set_id !== test_set_id || choice !== first,
  };
}

export function ScheduleForm({ initial, submit, save, onCancel }: Props) {
  const { test_set_id, choice, ...initialValues } = initial;
  const asked = useSetAndParameters({ test_set_id, choice });
  const { set_id, project_id, parameters } = asked;
  const { form, onSubmit, isSaving, failure, hasUnsaved } = useContractForm<Values, ScheduleInput>({
    schema: createSchedule,
    initialValues,
    toInput: ({ metric_ids, params, ...values }) => ({
      ...values,
      test_set_id: set_id ?? "",
      metric_ids: metric_ids?.length === 0 ? null : metric_ids,
      params: parameters.request === undefined ? params : {},
      parameters: parameters.request ?? null,
    }),
    save,
  });
  useUnsavedGuard(() => hasUnsaved() || (asked.isChanged && !isSaving));
  const { cron, time_zone } = form.getValues();
  return (
    <form onSubmit={onSubmit} noValidate>
      <Stack gap="md">
        <WhatRuns form={form} asked={asked} />
        <Section title="When it runs">
          <WhenField
            cron={cron}
            time_zone={time_zone}
            onChange={(changes) => form.setValues(changes)}
            errors={{ cron: form.errors["cron"], time_zone: form.errors["time_zone"] }}
          />
        </Section>
        <FormFailure failure={failure} />
        <FormActions
          submit={submit}
          isSaving={isSaving}
          onCancel={onCancel}
          disabled={project_id !== undefined && !parameters.isReady}
        />
      </Stack>
    </form>
  );
}

type WhatProps = { form: ContractForm<Values>["form"]; asked: ReturnType<typeof useSetAndParameters> };

function WhatRuns({ form, asked }: WhatProps) {
  const scope = useProjectId();
  const { set_id, project_id } = asked;
  return (
    <Section title="What runs">
      <Stack gap="md">
        <TextInput
          label="Name"
          placeholder="Every night"
          withAsterisk
          maxLength={200}
          data-autofocus
          {...form.getInputProps("name")}
        />
        <TestSetSelect
          project_id={project_id ?? scope}
          placeholder="The tests to ask"
          required
          value={set_id}
          onChange={asked.setSet}
          error={form.errors["test_set_id"]}
        />
        {project_id !== undefined && set_id !== null && (
          <InProject form={form} asked={asked} project_id={project_id} set_id={set_id} />
        )}
        <NumberInput
          label="Ask each test"
          description="More than once shows how much the answers vary."
          suffix={form.getValues().repeats === 1 ? " time" : " times"}
          min={1}
          max={20}
          allowDecimal={false}
          {...form.getInputProps("repeats")}
        />
      </Stack>
    </Section>
  );
}

/** What can be chosen once it is known which project the test set is of. */
function InProject({ form, asked, project_id, set_id }: WhatProps & { project_id: string; set_id: string }) {
  const { endpoint_id, metric_ids } = form.getValues();
  const problem = form.errors["metric_ids"];
  return (
    <>
      <EndpointSelect
        project_id={project_id}
        value={endpoint_id === "" ? null : endpoint_id}
        onChange={(id) => form.setFieldValue("endpoint_id", id ?? "")}
        error={form.errors["endpoint_id"]}
      />
      <ParametersChoiceField
        project_id={project_id}
        choice={asked.choice}
        parameters={asked.parameters}
        onChange={asked.change}
      />
      <MetricsChoice
        test_set_id={set_id}
        value={metric_ids ?? []}
        onChange={(ids) => form.setFieldValue("metric_ids", ids)}
        error={typeof problem === "string" ? problem : undefined}
      />
    </>
  );
}
