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

export function MetricForm({ initial, submit, onSave, onCancel, editable, onChangeKind }: Props) {
  const [draft, setDraft] = useState(initial);
  const [problems, setProblems] = useState<Problems>({});
  const [textProblems, setTextProblems] = useState<Problems>({});
  const [failure, setFailure] = useState<Failure | null>(null);
  const [isSaving, setSaving] = useState(false);
  const [isSaved, setSaved] = useState(false);
  useUnsavedGuard(() => editable && !isSaved && JSON.stringify(draft) !== JSON.stringify(initial));

  const { implementation } = draft.parameters;
  const kind = describeMetric(implementation);
  const found = { ...problems, ...textProblems };
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
            <Stack gap="md">
              <TextInput
                label="Name"
                withAsterisk
                maxLength={200}
                data-autofocus
                value={draft.name}
                onChange={(event) => change({ name: event.currentTarget.value })}
                error={problemAt(found, "name")}
              />
              <Textarea
                label="What it is for"
                description="Optional. Helps others to choose it."
                autosize
                minRows={1}
                maxRows={6}
                value={draft.description}
                onChange={(event) => change({ description: event.currentTarget.value })}
                error={problemAt(found, "description")}
              />
              <ParameterFields
                parameters={draft.parameters}
                onChange={(parameters) => change({ parameters })}
                problem={(field) => problemAt(found, `parameters.${field}`)}
                onTextProblem={(field, message) =>
                  setTextProblems(message === null ? {} : { [`parameters.${field}`]: message })
                }
              />
              {isJudge(implementation) && (
                <ModelSelect
                  value={draft.model_id}
                  onChange={(model_id) => change({ model_id })}
                  error={problemAt(found, "model_id")}
                />
              )}
            </Stack>
          </fieldset>
          {settingsComplete(draft) && (
            <Text size="sm" className={styles.sentence}>
              {passesWhen(draft.parameters)}
            </Text>
          )}
          <Text size="xs" c="dimmed">
            How it is computed: {kind.formula}
          </Text>
          <FormFailure failure={failure} />
        </Section>
        {editable && (
          <FormActions submit={submit} isSaving={isSaving} {...(onCancel === undefined ? {} : { onCancel })} />
        )}
      </form>
      <MetricTrial draft={draft} isReady={Object.keys(textProblems).length === 0} />
    </div>
  );
}

function focusFirstProblem(): void {
  // After React has drawn the messages.
  window.setTimeout(() => document.querySelector<HTMLElement>('form [aria-invalid="true"]')?.focus(), 0);
}
