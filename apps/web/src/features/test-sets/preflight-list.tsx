import { Alert, Group, List, Loader, Text } from "@mantine/core";
import { IconAlertTriangle, IconCircleCheck, IconCircleX } from "@tabler/icons-react";
import type { Preflight } from "@rhesis/router/test-set/schema";

type Check = Preflight["checks"][number];

const looks = {
  passed: { Icon: IconCircleCheck, color: "teal", word: "Works" },
  warning: { Icon: IconAlertTriangle, color: "yellow", word: "Look at" },
  failed: { Icon: IconCircleX, color: "red", word: "Does not work" },
};

const kinds: Record<Check["check"], string> = {
  plan: "Tests and metrics",
  endpoint: "Endpoint",
  metrics: "Metric",
  model: "Model",
};

/** What was tried before a run, each with what came of it. */
export function PreflightList({ preflight, isTrying }: { preflight: Preflight | null; isTrying: boolean }) {
  if (isTrying) {
    return (
      <Group gap="xs" role="status">
        <Loader size={16} />
        <Text size="sm">Asking the first test and each model …</Text>
      </Group>
    );
  }
  if (preflight === null) return null;
  const title = preflight.ready ? "Ready to run" : "This would not work yet";
  return (
    <Alert color={preflight.ready ? "teal" : "red"} title={title} role="status">
      <List spacing="xs" size="sm" listStyleType="none">
        {preflight.checks.map((check) => (
          <CheckLine key={`${check.check} ${check.name}`} check={check} />
        ))}
      </List>
    </Alert>
  );
}

function CheckLine({ check: { check, name, status, message } }: { check: Check }) {
  const { Icon, color, word } = looks[status];
  const label = name === kinds[check] ? name : `${kinds[check]} “${name}”`;
  return (
    <List.Item icon={<Icon size={18} color={`var(--mantine-color-${color}-filled)`} aria-label={word} />}>
      <Text size="sm" fw={600} component="span" className="break-words">
        {label}
      </Text>
      <Text size="sm" className="break-words">
        {message}
      </Text>
    </List.Item>
  );
}
