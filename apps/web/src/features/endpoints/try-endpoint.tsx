import { Alert, Button, Group, Stack, Text, Textarea, TextInput } from "@mantine/core";
import { IconPlayerPlay } from "@tabler/icons-react";
import { useMutation } from "@tanstack/react-query";
import { useState, type KeyboardEvent } from "react";
import { tryEndpoint } from "@rhesis/router/endpoint/schema";
import { failureOf } from "../../api/problems.ts";
import { alone, trpc } from "../../api/trpc.ts";
import { Section } from "../../ui/page.tsx";
import { configOf, type EndpointValues } from "./endpoint-values.ts";
import type { OnPick } from "./response-tree.tsx";
import { TrialOutcome } from "./trial-outcome.tsx";
import { paramsUsed } from "./params-used.ts";

type Props = {
  values: EndpointValues;
  /** Whose stored secret may be used. */
  endpoint_id?: string;
  onPick: OnPick;
  /** The form is not complete enough for a call: show its problems. */
  onIncomplete: () => void;
};

/** One call with the form as it stands, saved or not. */
export function TryEndpoint({ values, endpoint_id, onPick, onIncomplete }: Props) {
  const [input, setInput] = useState("Hello, what can you help me with?");
  const [conversation, setConversation] = useState("");
  const [given, setGiven] = useState<Record<string, string>>({});
  const attempt = useMutation(trpc.endpoint.try.mutationOptions(alone));
  const names = paramsUsed(values.config.request_mapping);
  const run = () => {
    const call = tryEndpoint.safeParse({
      config: configOf(values),
      input,
      ...(endpoint_id === undefined ? {} : { endpoint_id }),
      ...(values.secret === "" ? {} : { secret: values.secret }),
      ...(conversation === "" ? {} : { conversation_id: conversation }),
      ...(names.length === 0 ? {} : { params: Object.fromEntries(names.map((name) => [name, given[name] ?? ""])) }),
    });
    if (call.success) attempt.mutate(call.data);
    else onIncomplete();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== "Enter" || !(event.metaKey || event.ctrlKey)) return;
    event.preventDefault();
    run();
  };
  const found = attempt.data?.answer?.conversation_id;
  return (
    <Section title="Try it" description="Sends one message with the settings beside, before or after saving.">
      <Textarea
        label="Message"
        autosize
        minRows={2}
        maxRows={8}
        value={input}
        onChange={(event) => setInput(event.currentTarget.value)}
        onKeyDown={onKeyDown}
      />
      {names.map((name) => (
        <TextInput
          key={name}
          label={`Parameter ${name}`}
          value={given[name] ?? ""}
          onChange={(event) => {
            const { value } = event.currentTarget;
            setGiven((before) => ({ ...before, [name]: value }));
          }}
        />
      ))}
      <Group justify="space-between">
        <Button
          variant="light"
          leftSection={<IconPlayerPlay size={16} />}
          loading={attempt.isPending}
          disabled={values.config.url.trim() === ""}
          onClick={run}
        >
          Send
        </Button>
        {conversation !== "" ? (
          <Button variant="subtle" size="compact-sm" onClick={() => setConversation("")}>
            In conversation {conversation.slice(0, 12)}… Begin a new one
          </Button>
        ) : (
          found != null && (
            <Button variant="subtle" size="compact-sm" onClick={() => setConversation(found)}>
              Go on in this conversation
            </Button>
          )
        )}
      </Group>
      <Stack gap="sm" aria-live="polite">
        {values.config.url.trim() === "" && (
          <Text size="sm" c="dimmed">
            Enter the address first.
          </Text>
        )}
        {attempt.isError && <Alert color="red">{messageOf(attempt.error)}</Alert>}
        {attempt.data !== undefined && <TrialOutcome outcome={attempt.data} onPick={onPick} />}
      </Stack>
    </Section>
  );
}

function messageOf(error: unknown): string {
  const { message, problems } = failureOf(error);
  return [message, ...problems.map((problem) => problem.message)].join(" ");
}
