import { Checkbox, Group, SimpleGrid, Text } from "@mantine/core";
import { entityName } from "../settings/entity-names.ts";

/** What only permissions name. */
const others: Readonly<Record<string, string>> = {
  member: "Members",
  test_result: "Results",
  score: "Scores",
  job: "Background work",
  deletion: "Recycle bin",
  audit_log: "Audit log",
};

function resourceName(resource: string): string {
  return others[resource] ?? entityName(resource);
}

type Props = { granted: readonly string[]; value: readonly string[]; onChange: (scopes: string[]) => void };

function byResource(granted: readonly string[]): Map<string, string[]> {
  const groups = new Map<string, string[]>();
  for (const scope of granted) {
    const [resource = "", action = ""] = scope.split(":");
    groups.set(resource, [...(groups.get(resource) ?? []), action]);
  }
  return groups;
}

/** Every single thing the person may do, to be ticked. */
export function ScopePicker({ granted, value, onChange }: Props) {
  const set = (scope: string, isOn: boolean) =>
    onChange(isOn ? [...value, scope] : value.filter((each) => each !== scope));
  return (
    <SimpleGrid cols={{ base: 1, sm: 2 }} spacing="sm">
      {[...byResource(granted)].map(([resource, actions]) => (
        <div key={resource} role="group" aria-label={resourceName(resource)}>
          <Text size="sm" fw={600} mb={4}>
            {resourceName(resource)}
          </Text>
          <Group gap="sm">
            {actions.map((action) => (
              <Checkbox
                key={action}
                size="xs"
                label={action}
                checked={value.includes(`${resource}:${action}`)}
                onChange={(event) => set(`${resource}:${action}`, event.currentTarget.checked)}
              />
            ))}
          </Group>
        </div>
      ))}
    </SimpleGrid>
  );
}
