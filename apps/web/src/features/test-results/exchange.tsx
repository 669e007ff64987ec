/** The call as it was sent and what came back, letter by letter. */
import { Group, Stack, Text } from "@mantine/core";
import { IconTerminal2 } from "@tabler/icons-react";
import type { ReceivedResponse, SentRequest } from "@rhesis/engine/target/schema";
import { CopyButton } from "../../ui/copy.tsx";
import { CodeBlock } from "../../ui/json-view.tsx";
import { prettyText } from "../../ui/pretty-json.ts";
import { asCurl } from "./as-curl.ts";
import styles from "./result.module.css";

function Headers({ headers }: { headers: Record<string, string> }) {
  return (
    <details>
      <summary>
        <Text span size="sm">
          Headers ({Object.keys(headers).length})
        </Text>
      </summary>
      <dl className={styles.headers}>
        {Object.entries(headers).map(([name, value]) => (
          <div key={name} style={{ display: "contents" }}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </details>
  );
}

export function SentView({ request }: { request: SentRequest }) {
  return (
    <Stack gap="sm">
      <Group justify="space-between" wrap="nowrap" gap="xs">
        <Text size="sm" className="break-words" ff="monospace">
          {request.method} {request.url}
        </Text>
        <CopyButton
          value={() => asCurl(request)}
          label="Copy as curl, without secrets"
          icon={<IconTerminal2 size={16} />}
        />
      </Group>
      <Headers headers={request.headers} />
      {request.body !== null && <CodeBlock text={prettyText(request.body)} label="Request body" />}
    </Stack>
  );
}

export function ReceivedView({ response }: { response: ReceivedResponse }) {
  return (
    <Stack gap="sm">
      <Headers headers={response.headers} />
      {response.body === "" ? (
        <Text size="sm" c="dimmed">
          The body is empty.
        </Text>
      ) : (
        <CodeBlock text={prettyText(response.body)} label="Response body" />
      )}
    </Stack>
  );
}
