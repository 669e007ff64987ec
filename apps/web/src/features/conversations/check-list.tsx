/** What the answer of one turn has to be: metrics that need no model, set for this turn alone. */
import { ActionIcon, Button, Group, Menu, Stack, Text } from "@mantine/core";
import { IconPlus, IconTrash } from "@tabler/icons-react";
import { describeMetric, metricCatalog } from "@rhesis/engine/metric/catalog";
import { deterministicParameters, isJudge, type DeterministicParameters } from "@rhesis/engine/metric/schema";
import { useListKeys } from "../../ui/list-keys.ts";
import { draftOf } from "../metrics/metric-draft.ts";
import { byGroup } from "../metrics/metric-groups.ts";
import { ParameterFields } from "../metrics/parameter-fields.tsx";
import type { ProblemAt } from "./conversation-values.ts";
import styles from "./conversation.module.css";

type Props = {
  checks: readonly DeterministicParameters[];
  onChange: (checks: DeterministicParameters[]) => void;
  problem: ProblemAt;
  onTextProblem: (place: string, message: string | null) => void;
};

const most = 20;

export function CheckList({ checks, onChange, problem, onTextProblem }: Props) {
  const list = useListKeys(checks.length);
  return (
    <Stack gap="sm">
      {checks.map((parameters, index) => (
        <CheckEditor
          key={list.keys[index]}
          nr={index + 1}
          parameters={parameters}
          onChange={(next) => onChange(checks.map((each, at) => (at === index ? next : each)))}
          problem={(field) => problem(`${index}.${field}`)}
          onTextProblem={(field, message) => onTextProblem(`${index}.${field}`, message)}
          onRemove={() => {
            list.remove(index);
            onChange(checks.filter((_, at) => at !== index));
          }}
        />
      ))}
      {checks.length < most && <AddCheck onAdd={(parameters) => onChange([...checks, parameters])} />}
    </Stack>
  );
}

function CheckEditor(props: {
  nr: number;
  parameters: DeterministicParameters;
  onChange: (parameters: DeterministicParameters) => void;
  problem: ProblemAt;
  onTextProblem: (field: string, message: string | null) => void;
  onRemove: () => void;
}) {
  const { nr, parameters, onChange, problem, onTextProblem, onRemove } = props;
  const { title } = describeMetric(parameters.implementation);
  return (
    <div className={styles.check} role="group" aria-label={`Check ${nr}: ${title}`}>
      <Group justify="space-between" wrap="nowrap">
        <Text size="sm" fw={600}>
          Check {nr}: {title}
        </Text>
        <ActionIcon variant="subtle" color="gray" aria-label={`Remove check ${nr}`} onClick={onRemove}>
          <IconTrash size={16} />
        </ActionIcon>
      </Group>
      <ParameterFields
        parameters={parameters}
        onChange={(next) => {
          if (isDeterministic(next)) onChange(next);
        }}
        problem={(field) => problem(field)}
        onTextProblem={onTextProblem}
      />
    </div>
  );
}

function isDeterministic(parameters: { implementation: string }): parameters is DeterministicParameters {
  return deterministicParameters.options.some(({ shape }) => shape.implementation.value === parameters.implementation);
}

const kinds = byGroup(metricCatalog.filter(({ implementation }) => !isJudge(implementation)));

function AddCheck({ onAdd }: { onAdd: (parameters: DeterministicParameters) => void }) {
  return (
    <Menu position="bottom-start" withinPortal>
      <Menu.Target>
        <Button variant="subtle" size="compact-sm" w="fit-content" leftSection={<IconPlus size={14} />}>
          Add a check of the answer
        </Button>
      </Menu.Target>
      <Menu.Dropdown mah={360} style={{ overflowY: "auto" }}>
        {kinds.map(({ group, items }) => (
          <div key={group}>
            <Menu.Label>{group}</Menu.Label>
            {items.map(({ implementation, title }) => (
              <Menu.Item
                key={implementation}
                onClick={() => {
                  const { parameters } = draftOf(implementation);
                  if (isDeterministic(parameters)) onAdd(parameters);
                }}
              >
                {title}
              </Menu.Item>
            ))}
          </div>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}
