/** Writing a metric: its name, its settings by kind, and a trial beside it. */
import { Button, Stack, Text, TextInput, Textarea } from "@mantine/core";
import { useState, type FormEvent } from "react";
import { describeMetric } from "@rhesis/engine/metric/catalog";
import { isJudge } from "@rhesis/engine/metric/schema";
import { failureOf, type Failure } from "../../api/problems.ts";
import { FormActions, FormFailure, useUnsavedGuard } from "../../ui/form-parts.tsx";
import { Section } from "../../ui/page.tsx";
import {
  draftProblems,
  problemAt,
  serverProblems,
  settingsComplete,
  type MetricDraft,
  type Problems,
} from "./metric-draft.ts";
import { MetricTrial } from "./metric-trial.tsx";
import { ModelSelect } from "./model-select.tsx";
import { ParameterFields } from "./parameter-fields.tsx";
import { passesWhen } from "./passes-when.ts";
import styles from "./metric.module.css";

type Props = {
  initial: MetricDraft;
  submit: string;
  onSave: (draft: MetricDraft) => Promise<unknown>;
  onCancel?: () => void;
  /** False where the reader may look at it only. */
  editable: boolean;
  /** Chooses another kind; only before a metric exists. */
  onChangeKind?: () => void;
};

/** The draft while it is written, what is wrong with it, and saving it. */
function useMetricDraft({ initial, onSave, editable }: Pick<Props, "initial" | "onSave" | "editable">) {
  const [draft, setDraft] = useState(initial);
  const [problems, setProblems] = useState<Problems>({});
  const [textProblems, setTextProblems] = useState<Problems>({});
  const [failure, setFailure] = useState<Failure | null>(null);
  const [isSaving, setSaving] = useState(false);
  const [isSaved, setSaved] = useState(false);
  useUnsavedGuard(() => editable && !isSaved && JSON.stringify(draft) !== JSON.stringify(initial));
  const onTextProblem = (field: string, message: string | null) =>
    setTextProblems(message === null ? {} : { [`parameters.${field}`]: message });
  const change = (changes: Partial<MetricDraft>) => {
    setSaved(false);
    setDraft((before) => ({ ...before, ...changes }));
    setProblems({});
  };
  const save = async (event: FormEvent) => {
    event.preventDefault();
    const wrong = { ...draftProblems(draft), ...textProblems };
    setProblems(wrong);
    if (Object.keys(wrong).length > 0) return focusFirstProblem();
    setSaving(true);
    setFailure(null);
    setSaved(true);
    try {
      await onSave({ ...draft, name: draft.name.trim() });
    } catch (error) {
      setSaved(false);
      const failed = failureOf(error);
      const { problems: atFields, rest } = serverProblems(failed.problems);
      setProblems(atFields);
      setFailure({ ...failed, problems: rest.map((message) => ({ path: [], message })) });
      focusFirstProblem();
    } finally {
      setSaving(false);
    }
  };
  return {
    draft,
    change,
    save,
    onTextProblem,
    problems: { ...problems, ...textProblems },
    hasTextProblem: Object.keys(textProblems).length > 0,
    failure,
    isSaving,
  };
}

export function MetricForm({ submit, onCancel, editable, onChangeKind, ...saving }: Props) {
  const { draft, change, save, onTextProblem, problems, hasTextProblem, failure, isSaving } = useMetricDraft({
    ...saving,
    editable,
  });
  const kind = describeMetric(draft.parameters.implementation);
  return (
    <div className={styles.split}>
      <form onSubmit={(event) => void save(event)} noValidate>
        <Section
          title={kind.title}
          description={kind.description}
          aside={
            onChangeKind !== undefined && (
              <Button variant="subtle" size="compact-sm" onClick={onChangeKind}>
                Choose another kind
              </Button>
            )
          }
        >
          <fieldset disabled={!editable} className={styles.plain}>
            <MetricFields draft={draft} problems={problems} onChange={change} onTextProblem={onTextProblem} />
          </fieldset>
          {settingsComplete(draft) && (
            <Text size="sm" className={styles.sentence}>
              {passesWhen(draft.parameters)}
            </Text>
          )}
          <details>
            <summary>
              <Text span size="xs" c="dimmed">
                How exactly it is computed, for specialists
              </Text>
            </summary>
            <Text size="xs" c="dimmed" mt={4}>
              {kind.formula}
            </Text>
          </details>
          <FormFailure failure={failure} />
        </Section>
        {editable && (
          <FormActions submit={submit} isSaving={isSaving} {...(onCancel === undefined ? {} : { onCancel })} />
        )}
      </form>
      <MetricTrial draft={draft} isReady={!hasTextProblem} />
    </div>
  );
}

function MetricFields(props: {
  draft: MetricDraft;
  problems: Problems;
  onChange: (changes: Partial<MetricDraft>) => void;
  onTextProblem: (field: string, message: string | null) => void;
}) {
  const { draft, problems, onChange, onTextProblem } = props;
  return (
    <Stack gap="md">
      <TextInput
        label="Name"
        withAsterisk
        maxLength={200}
        data-autofocus
        value={draft.name}
        onChange={(event) => onChange({ name: event.currentTarget.value })}
        error={problemAt(problems, "name")}
      />
      <Textarea
        label="What it is for"
        description="Optional. Helps others to choose it."
        autosize
        minRows={1}
        maxRows={6}
        value={draft.description}
        onChange={(event) => onChange({ description: event.currentTarget.value })}
        error={problemAt(problems, "description")}
      />
      <ParameterFields
        parameters={draft.parameters}
        onChange={(parameters) => onChange({ parameters })}
        problem={(field) => problemAt(problems, `parameters.${field}`)}
        onTextProblem={onTextProblem}
      />
      {isJudge(draft.parameters.implementation) && (
        <ModelSelect
          value={draft.model_id}
          onChange={(model_id) => onChange({ model_id })}
          error={problemAt(problems, "model_id")}
        />
      )}
    </Stack>
  );
}

function focusFirstProblem(): void {
  // After React has drawn the messages.
  window.setTimeout(() => document.querySelector<HTMLElement>('form [aria-invalid="true"]')?.focus(), 0);
}
