import { Alert, Group, Stack, Table, Tabs, Text } from "@mantine/core";
import type { TargetOutcome } from "@rhesis/engine/target/schema";
import { CodeBlock, JsonView } from "../../ui/json-view.tsx";
import { Markdown } from "../../ui/markdown.tsx";
import { prettyText } from "../../ui/pretty-json.ts";
import { durationText } from "../../ui/relative-time.tsx";
import { ResponseTree, type OnPick } from "./response-tree.tsx";

/** What came of a call: the answer as it was read, the response, what was sent, and each attempt. */
export function TrialOutcome({ outcome, onPick }: { outcome: TargetOutcome; onPick: OnPick }) {
  const { error, response, request, attempts, latency_ms, first_byte_ms } = outcome;
  const event_count = attempts.at(-1)?.event_count ?? null;
  return (
    <Stack gap="sm">
      <Group gap="md">
        <Text size="sm" fw={600} c={error === null ? "var(--pass)" : "var(--fail)"}>
          {error === null ? "It answered" : "No answer"}
        </Text>
        {response !== null && <Text size="sm">Status {response.status}</Text>}
        <Text size="sm">{durationText(latency_ms)}</Text>
        {event_count !== null && (
          <Text size="sm">
            {event_count === 1 ? "1 piece" : `${event_count.toLocaleString("en")} pieces`}
            {first_byte_ms !== null && `, the first after ${durationText(first_byte_ms)}`}
          </Text>
        )}
        {attempts.length > 1 && <Text size="sm">{attempts.length} attempts</Text>}
      </Group>
      {error !== null && <Alert color="red">{error.message}</Alert>}
      <Tabs defaultValue={error === null ? "answer" : response === null ? "attempts" : "response"} keepMounted={false}>
        <Tabs.List>
          {outcome.answer !== null && <Tabs.Tab value="answer">Answer</Tabs.Tab>}
          {response !== null && <Tabs.Tab value="response">Response</Tabs.Tab>}
          {request !== null && <Tabs.Tab value="request">Sent</Tabs.Tab>}
          <Tabs.Tab value="attempts">Attempts</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="answer" pt="sm">
          {outcome.answer !== null && <Answer answer={outcome.answer} />}
        </Tabs.Panel>
        <Tabs.Panel value="response" pt="sm">
          {response !== null && <Response {...response} isStreamed={event_count !== null} onPick={onPick} />}
        </Tabs.Panel>
        <Tabs.Panel value="request" pt="sm">
          {request !== null && (
            <Stack gap="xs">
              <Text size="sm" ff="monospace" className="break-words">
                {request.method} {request.url}
              </Text>
              <JsonView value={request.headers} label="Request headers" height={160} />
              {request.body !== null && <CodeBlock text={prettyText(request.body)} label="Request body" />}
            </Stack>
          )}
        </Tabs.Panel>
        <Tabs.Panel value="attempts" pt="sm">
          <Attempts attempts={attempts} />
        </Tabs.Panel>
      </Tabs>
    </Stack>
  );
}

function Answer({ answer }: { answer: NonNullable<TargetOutcome["answer"]> }) {
  const { output, conversation_id, context, metadata, tool_calls } = answer;
  return (
    <Stack gap="sm">
      {output === null ? (
        <Text size="sm" c="dimmed">
          There is no text, only tool calls.
        </Text>
      ) : (
        <Markdown text={output} />
      )}
      {conversation_id !== null && (
        <Text size="sm">
          Conversation <code className="break-words">{conversation_id}</code>
        </Text>
      )}
      {context.length > 0 && <JsonView value={context} label="Sources" height={160} />}
      {tool_calls.length > 0 && <JsonView value={tool_calls} label="Tool calls" height={160} />}
      {Object.keys(metadata).length > 0 && <JsonView value={metadata} label="Other facts" height={160} />}
    </Stack>
  );
}

function parsedBody(body: string): { value: unknown } | null {
  try {
    const value: unknown = JSON.parse(body);
    return typeof value === "object" && value !== null ? { value } : null;
  } catch {
    return null;
  }
}

function Response(props: { body: string; headers: Record<string, string>; isStreamed: boolean; onPick: OnPick }) {
  const parsed = parsedBody(props.body);
  return (
    <Stack gap="xs">
      {parsed === null ? (
        <>
          {props.isStreamed && (
            <Text size="sm" c="dimmed">
              “Use an example answer”, beside “Where the answer is”, finds out what is what in these pieces.
            </Text>
          )}
          <CodeBlock text={props.body} label="Response body" />
        </>
      ) : (
        <>
          <Text size="sm" c="dimmed">
            Click a value to say what it is.
          </Text>
          <ResponseTree value={parsed.value} onPick={props.onPick} />
        </>
      )}
      <Text size="sm" fw={600}>
        Headers
      </Text>
      <JsonView value={props.headers} label="Response headers" height={160} />
    </Stack>
  );
}

function Attempts({ attempts }: { attempts: TargetOutcome["attempts"] }) {
  if (attempts.length === 0) {
    return (
      <Text size="sm" c="dimmed">
        Nothing was sent.
      </Text>
    );
  }
  return (
    <Table fz="sm">
      <Table.Thead>
        <Table.Tr>
          <Table.Th>Attempt</Table.Th>
          <Table.Th>Result</Table.Th>
          <Table.Th ta="right">Took</Table.Th>
          <Table.Th ta="right">Waited before</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {attempts.map((attempt, index) => (
          <Table.Tr key={attempt.started_at + String(index)}>
            <Table.Td>{index + 1}</Table.Td>
            <Table.Td>
              {attempt.status === null ? "No response" : `Status ${attempt.status}`}
              {attempt.error_code !== null && `, ${attempt.error_code.replaceAll("_", " ")}`}
            </Table.Td>
            <Table.Td ta="right">{durationText(attempt.duration_ms)}</Table.Td>
            <Table.Td ta="right">{attempt.waited_ms === 0 ? "–" : durationText(attempt.waited_ms)}</Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}
