/** Scoring a pasted answer with the metric as it stands in the form. */
import { Alert, Button, Group, Loader, NumberInput, Stack, Text, Textarea } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useMutation } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { describeMetric } from "@rhesis/engine/metric/catalog";
import { isJudge, type ScoreOutcome } from "@rhesis/engine/metric/schema";
import { failureOf } from "../../api/problems.ts";
import { trpc } from "../../api/trpc.ts";
import { useCan, useFeature } from "../../session/member.tsx";
import { Section } from "../../ui/page.tsx";
import { durationText } from "../../ui/relative-time.tsx";
import { SwitchedOffNote } from "../../ui/switched-off.tsx";
import { VerdictBadge } from "../../ui/verdict-badge.tsx";
import { settingsComplete, type MetricDraft } from "./metric-draft.ts";
import { shownScore } from "./shown-score.ts";
import styles from "./metric.module.css";

type Sample = { input: string; output: string; expected_output: string; context: string; latency_ms: number | null };

function sampleOf(draft: MetricDraft): Sample {
  const { input } = describeMetric(draft.parameters.implementation).example;
  return {
    input: input.input,
    output: input.output,
    expected_output: input.expected_output ?? "",
    context: input.context.join("\n\n"),
    latency_ms: input.latency_ms,
  };
}

function passages(context: string): string[] {
  return context
    .split(/\n\s*\n/)
    .map((passage) => passage.trim())
    .filter((passage) => passage !== "");
}

export function MetricTrial({ draft, isReady }: { draft: MetricDraft; isReady: boolean }) {
  const can = useCan();
  const isOn = useFeature();
  const { implementation } = draft.parameters;
  const [sample, setSample] = useState(() => sampleOf(draft));
  const trial = useMutation(trpc.metric.try.mutationOptions());
  const set = (changes: Partial<Sample>) => setSample((before) => ({ ...before, ...changes }));
  const needsModel = isJudge(implementation);
  const isUsable = isReady && settingsComplete(draft);
  const { mutate } = trial;
  const [settled] = useDebouncedValue(JSON.stringify([draft.parameters, draft.model_id, sample]), 350);
  const run = () =>
    mutate({
      parameters: draft.parameters,
      model_id: draft.model_id,
      input: sample.input,
      output: sample.output,
      expected_output: sample.expected_output === "" ? null : sample.expected_output,
      context: passages(sample.context),
      latency_ms: sample.latency_ms,
    });
  useEffect(() => {
    // A judge costs money: it is asked by hand.
    if (isUsable && !needsModel && can("metric:try")) run();
    // oxlint-disable-next-line react/exhaustive-deps -- `settled` stands for everything the trial reads
  }, [settled, isUsable, needsModel]);
  if (!can("metric:try")) return null;
  if (needsModel && !isOn("llm_judge")) {
    return (
      <div className={styles.trial}>
        <SwitchedOffNote feature="llm_judge">It cannot be tried on a sample answer.</SwitchedOffNote>
      </div>
    );
  }
  return (
    <div className={styles.trial}>
      <Section title="Try it" description="Paste an answer and see what this metric makes of it. Nothing is stored.">
        <Stack gap="sm">
          <SampleFields sample={sample} set={set} implementation={implementation} />
          {needsModel && (
            <Button variant="light" onClick={run} loading={trial.isPending} disabled={!isUsable}>
              Ask the judge
            </Button>
          )}
          <Outcome
            draft={draft}
            outcome={trial.data ?? null}
            error={trial.error}
            isPending={trial.isPending}
            isUsable={isUsable}
          />
        </Stack>
      </Section>
    </div>
  );
}

function SampleFields(props: {
  sample: Sample;
  set: (changes: Partial<Sample>) => void;
  implementation: MetricDraft["parameters"]["implementation"];
}) {
  const { sample, set, implementation } = props;
  const kind = describeMetric(implementation);
  const judge = isJudge(implementation);
  const area = { autosize: true, minRows: 1, maxRows: 8 } as const;
  return (
    <>
      {judge && (
        <Textarea
          {...area}
          label="Question"
          value={sample.input}
          onChange={(e) => set({ input: e.currentTarget.value })}
        />
      )}
      <Textarea
        {...area}
        minRows={3}
        label="Answer of the application"
        value={sample.output}
        onChange={(e) => set({ output: e.currentTarget.value })}
      />
      {(kind.needs_expected || judge) && (
        <Textarea
          {...area}
          label="Expected output"
          value={sample.expected_output}
          onChange={(e) => set({ expected_output: e.currentTarget.value })}
        />
      )}
      {judge && (
        <Textarea
          {...area}
          label="Passages"
          description="What the application looked up. An empty line between two."
          value={sample.context}
          onChange={(e) => set({ context: e.currentTarget.value })}
        />
      )}
      {implementation === "latency" && (
        <NumberInput
          label="The answer took"
          suffix=" ms"
          min={0}
          value={sample.latency_ms ?? ""}
          onChange={(value) => set({ latency_ms: typeof value === "number" ? value : null })}
        />
      )}
    </>
  );
}

function Outcome(props: {
  draft: MetricDraft;
  outcome: ScoreOutcome | null;
  error: unknown;
  isPending: boolean;
  isUsable: boolean;
}) {
  const { draft, outcome, error, isPending, isUsable } = props;
  if (!isUsable) {
    return (
      <Text size="sm" c="dimmed">
        The result shows here once the settings are complete.
      </Text>
    );
  }
  if (error !== null && error !== undefined && !isPending) {
    const failure = failureOf(error);
    return (
      <Alert color="red" title={failure.message} role="alert">
        {failure.problems.map(({ message }) => (
          <div key={message}>{message}</div>
        ))}
      </Alert>
    );
  }
  if (outcome === null) {
    return isPending ? <Loader size="sm" aria-label="Scoring" /> : null;
  }
  return (
    <div className={styles.finding} aria-live="polite" aria-busy={isPending}>
      <Group justify="space-between" gap="xs" mb={6}>
        <VerdictBadge verdict={outcome.verdict} />
        <Text size="sm" fw={600}>
          {shownScore({ value: outcome.value, label: outcome.label, parameters: draft.parameters })}
        </Text>
      </Group>
      <Text size="sm" className="break-words">
        {outcome.reason}
      </Text>
      {outcome.usage !== null && (
        <Text size="xs" c="dimmed" mt={6}>
          {durationText(outcome.duration_ms)}
          {outcome.usage.input_tokens !== null &&
            ` · ${outcome.usage.input_tokens} + ${outcome.usage.output_tokens ?? 0} tokens`}
          {outcome.usage.cost !== null && ` · $${outcome.usage.cost.toFixed(4)}`}
        </Text>
      )}
    </div>
  );
}
