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
  /** The application has answered: the text of it as it came, null where there is none. */
  onAnswered: (response: string | null) => void;
};

type Trial = Pick<Props, "values"> & {
  endpoint_id: string | undefined;
  input: string;
  /** The id of one that is to go on, or empty. */
  conversation: string;
  params: Record<string, string>;
};

/** What is sent to be tried, as far as the form makes sense. */
function callOf({ values, endpoint_id, input, conversation, params }: Trial) {
  return tryEndpoint.safeParse({
    config: configOf(values),
    input,
    ...(endpoint_id === undefined ? {} : { endpoint_id }),
    ...(values.secret === "" ? {} : { secret: values.secret }),
    ...(conversation === "" ? {} : { conversation_id: conversation }),
    ...(Object.keys(params).length === 0 ? {} : { params }),
  });
}

function useTrial(onAnswered: Props["onAnswered"]) {
  return useMutation(
    trpc.endpoint.try.mutationOptions({
      ...alone,
      onSuccess: ({ response }) => onAnswered(response === null || response.body === "" ? null : response.body),
    }),
  );
}

/** One call with the form as it stands, saved or not. */
export function TryEndpoint({ values, endpoint_id, onPick, onIncomplete, onAnswered }: Props) {
  const [input, setInput] = useState("Hello, what can you help me with?");
  const [conversation, setConversation] = useState("");
  const [given, setGiven] = useState<Record<string, string>>({});
  const attempt = useTrial(onAnswered);
  const isNowhere = values.config.connector === null && values.config.url.trim() === "";
  const names = paramsUsed(values.config.request_mapping);
  const run = () => {
    const params = Object.fromEntries(names.map((name) => [name, given[name] ?? ""]));
    const call = callOf({ values, endpoint_id, input, conversation, params });
    if (call.success) attempt.mutate(call.data);
    else onIncomplete();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== "Enter" || !(event.metaKey || event.ctrlKey)) return;
    event.preventDefault();
    run();
  };
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
      <Parameters names={names} values={given} onChange={setGiven} />
      <Group justify="space-between">
        <Button
          variant="light"
          leftSection={<IconPlayerPlay size={16} />}
          loading={attempt.isPending}
          disabled={isNowhere}
          onClick={run}
        >
          Send
        </Button>
        <Conversation
          id={conversation}
          answered={attempt.data?.answer?.conversation_id ?? null}
          onChange={setConversation}
        />
      </Group>
      <Stack gap="sm" aria-live="polite">
        {isNowhere && (
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

/** What the mapping asks for beside the message. */
function Parameters(props: {
  names: readonly string[];
  values: Record<string, string>;
  onChange: (values: Record<string, string>) => void;
}) {
  const { names, values, onChange } = props;
  return names.map((name) => (
    <TextInput
      key={name}
      label={`Parameter ${name}`}
      value={values[name] ?? ""}
      onChange={(event) => onChange({ ...values, [name]: event.currentTarget.value })}
    />
  ));
}

/** Whether the next message belongs to the conversation that the last answer named. */
function Conversation(props: { id: string; answered: string | null; onChange: (id: string) => void }) {
  const { id, answered, onChange } = props;
  if (id !== "") {
    return (
      <Button variant="subtle" size="compact-sm" onClick={() => onChange("")}>
        In conversation {id.slice(0, 12)}… Begin a new one
      </Button>
    );
  }
  if (answered === null) return null;
  return (
    <Button variant="subtle" size="compact-sm" onClick={() => onChange(answered)}>
      Go on in this conversation
    </Button>
  );
}

function messageOf(error: unknown): string {
  const { message, problems } = failureOf(error);
  return [message, ...problems.map((problem) => problem.message)].join(" ");
}
