import { Alert, Button, Group, Text } from "@mantine/core";
import { IconPlayerPlay } from "@tabler/icons-react";
import { useMutation } from "@tanstack/react-query";
import { failureOf } from "../../api/problems.ts";
import { alone, trpc } from "../../api/trpc.ts";
import { useFeature } from "../../session/member.tsx";
import { Section } from "../../ui/page.tsx";
import { durationText } from "../../ui/relative-time.tsx";
import { SwitchedOffNote } from "../../ui/switched-off.tsx";
import styles from "./try-model.module.css";
import { configOfValues, type ModelValues } from "./model-values.ts";

/** One short question to the model as the form describes it, saved or not. `id`: whose stored key may be used. */
export function TryModel(props: { values: ModelValues; id?: string }) {
  const isOn = useFeature();
  if (isOn("llm_judge")) return <Trial {...props} />;
  return <SwitchedOffNote feature="llm_judge">Models can be connected, but not tried.</SwitchedOffNote>;
}

function Trial({ values, id }: { values: ModelValues; id?: string }) {
  const attempt = useMutation(trpc.model.try.mutationOptions(alone));
  const run = () =>
    attempt.mutate({
      ...(id === undefined ? {} : { id }),
      config: configOfValues(values),
      ...(values.api_key === "" ? {} : { api_key: values.api_key }),
    });
  return (
    <Section
      title="Try it"
      description="Asks the model one short question with the settings above, before or after saving."
      aside={
        <Button
          variant="default"
          leftSection={<IconPlayerPlay size={16} />}
          loading={attempt.isPending}
          disabled={values.model_name.trim() === ""}
          onClick={run}
        >
          Try
        </Button>
      }
    >
      <div aria-live="polite">
        {attempt.isError && (
          <Alert key={attempt.submittedAt} ref={showIt} className={styles.outcome} color="red">
            {firstProblem(attempt.error)}
          </Alert>
        )}
        {attempt.data !== undefined && (
          <Alert
            key={attempt.submittedAt}
            ref={showIt}
            className={styles.outcome}
            color={attempt.data.ok ? "green" : "red"}
            title={attempt.data.ok ? "It answers" : "It does not answer"}
          >
            <Text size="sm" className="break-words">
              {attempt.data.message}
            </Text>
            <Group gap="md" mt={6}>
              <Text size="sm">{durationText(attempt.data.latency_ms)}</Text>
              {attempt.data.usage.input_tokens !== null && (
                <Text size="sm">
                  {attempt.data.usage.input_tokens} tokens read, {attempt.data.usage.output_tokens ?? 0} written
                </Text>
              )}
            </Group>
          </Alert>
        )}
      </div>
    </Section>
  );
}

/** What came of a try may be below the fold, while the button is above it. */
function showIt(outcome: HTMLElement | null): void {
  outcome?.scrollIntoView({ block: "nearest" });
}

function firstProblem(error: unknown): string {
  const { message, problems } = failureOf(error);
  return problems[0] === undefined ? message : problems[0].message;
}
