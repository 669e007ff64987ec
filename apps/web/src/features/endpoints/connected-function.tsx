import { Accordion, Badge, Group, Stack, Text } from "@mantine/core";
import { IconPlugConnected, IconPlugConnectedX } from "@tabler/icons-react";
import type { ConnectorConnection } from "@rhesis/router/connector/schema";
import { CopyButton } from "../../ui/copy.tsx";
import { CodeBlock } from "../../ui/json-view.tsx";
import { TextLink } from "../../ui/link.tsx";
import { Section } from "../../ui/page.tsx";
import { RelativeTime } from "../../ui/relative-time.tsx";
import { connectSnippet, offering, useConnections, type CalledFunction } from "./connections.ts";

type Props = { project_id: string; called: CalledFunction };

/** Whether anybody is there to answer. */
export function ConnectedBadge({ is_connected }: { is_connected: boolean }) {
  const Icon = is_connected ? IconPlugConnected : IconPlugConnectedX;
  return (
    <Badge variant="default" tt="none" fw={500} leftSection={<Icon size={14} aria-hidden />}>
      {is_connected ? "Connected" : "Not connected"}
    </Badge>
  );
}

/** Which function is called, and who is there to answer. */
export function ConnectedFunction({ project_id, called }: Props) {
  const connections = useConnections(true);
  const there = connections && offering(connections, project_id, called);
  return (
    <Section
      title="The function"
      description="It runs in a process of yours that connects to Rhesis, so it needs no address."
      aside={there !== undefined && <ConnectedBadge is_connected={there.length > 0} />}
    >
      <Text size="sm">
        <code className="break-words">{called.function}</code> in environment <code>{called.environment}</code>
      </Text>
      {there?.map((connection) => (
        <Process key={connection.id} connection={connection} />
      ))}
      {there?.length === 0 && <HowToConnect project_id={project_id} called={called} />}
    </Section>
  );
}

function Process({ connection: { user_name, created_at, client_version } }: { connection: ConnectorConnection }) {
  return (
    <Group gap="xs">
      <Text size="sm">{user_name === null ? "A process" : `A process with a token of ${user_name}`}</Text>
      <Text size="sm" c="dimmed">
        connected <RelativeTime date={created_at} />
        {client_version !== "" && ` by ${client_version}`}
      </Text>
    </Group>
  );
}

/** Another way than an address. */
export function ConnectInstead({ project_id }: { project_id: string }) {
  return (
    <Accordion variant="contained" radius="lg" styles={{ item: { background: "var(--card)" } }}>
      <Accordion.Item value="connector">
        <Accordion.Control>No address leads to it? Connect a process of yours instead</Accordion.Control>
        <Accordion.Panel>
          <HowToConnect project_id={project_id} called={{ function: "answer", environment: "development" }} />
        </Accordion.Panel>
      </Accordion.Item>
    </Accordion>
  );
}

/** The program to start, with the token that it needs. */
function HowToConnect({ project_id, called }: Props) {
  const text = connectSnippet(project_id, called, window.location.origin);
  return (
    <Stack gap="xs">
      <Group justify="space-between" gap="sm">
        <Text size="sm">
          Start this where your application runs.{" "}
          <TextLink to="/settings/tokens" underline="always">
            A token
          </TextLink>{" "}
          for it needs the right connector:connect.
        </Text>
        <CopyButton value={text} label="Copy the program" />
      </Group>
      <CodeBlock text={text} label="Program that connects" />
    </Stack>
  );
}
