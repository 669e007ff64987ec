import { Button, Group, Modal, Paper, Stack, Text } from "@mantine/core";
import type { TestKind } from "@rhesis/engine/conversation/schema";
import { useState } from "react";
import { api, queryClient, trpc } from "../../api/trpc.ts";
import { useCan } from "../../session/member.tsx";
import { notifyDone, notifyFailure } from "../../ui/notices.ts";
import { TestSetSelect } from "../test-sets/test-set-select.tsx";
import { deleteTests } from "./delete-tests.ts";
import { inParts } from "./parse-pasted.ts";

type Props = {
  ids: ReadonlySet<string>;
  /** The project all of them belong to; undefined where they are of several. */
  project_id: string | undefined;
  /** Undefined where they are of both kinds. */
  kind: TestKind | undefined;
  onDone: () => void;
};

function countText(count: number): string {
  return count === 1 ? "1 test" : `${count.toLocaleString("en")} tests`;
}

/** Why the chosen tests cannot be in one set, or null. */
function whatIsMixed(project_id: string | undefined, kind: TestKind | undefined): string | null {
  if (project_id === undefined)
    return "These tests are of several projects. A test set holds tests of one project only.";
  return kind === undefined
    ? "A test set holds either single questions or conversations. Choose tests of one kind."
    : null;
}

/** What can be done with the chosen tests. */
export function BulkBar({ ids, project_id, kind, onDone }: Props) {
  const can = useCan();
  const [isAdding, setAdding] = useState(false);
  const [isBusy, setBusy] = useState(false);
  if (ids.size === 0) return null;
  const mixed = whatIsMixed(project_id, kind);
  const remove = async () => {
    setBusy(true);
    await deleteTests([...ids]).catch(notifyFailure);
    setBusy(false);
    onDone();
  };
  return (
    <Paper withBorder px="md" py={8} role="toolbar" aria-label="Chosen tests">
      <Group justify="space-between" gap="sm">
        <Text size="sm" fw={600}>
          {countText(ids.size)} chosen
        </Text>
        <Group gap="xs">
          {can("test_set:update") && (
            <Button size="compact-md" disabled={mixed !== null} onClick={() => setAdding(true)}>
              Add to a test set
            </Button>
          )}
          {can("test:delete") && (
            <Button size="compact-md" variant="default" loading={isBusy} onClick={() => void remove()}>
              Delete
            </Button>
          )}
          <Button size="compact-md" variant="subtle" onClick={onDone}>
            Choose none
          </Button>
        </Group>
      </Group>
      {mixed !== null && (
        <Text size="xs" c="dimmed" mt={4}>
          {mixed}
        </Text>
      )}
      {isAdding && project_id !== undefined && kind !== undefined && (
        <AddToSet
          kind={kind}
          ids={[...ids]}
          project_id={project_id}
          onClose={() => setAdding(false)}
          onDone={() => {
            setAdding(false);
            onDone();
          }}
        />
      )}
    </Paper>
  );
}

function AddToSet(props: {
  ids: string[];
  project_id: string;
  kind: TestKind;
  onClose: () => void;
  onDone: () => void;
}) {
  const { ids, project_id, kind, onClose, onDone } = props;
  const [set, setSet] = useState<{ id: string; name: string } | null>(null);
  const [isBusy, setBusy] = useState(false);
  const add = async () => {
    if (set === null) return;
    setBusy(true);
    try {
      let added = 0;
      for (const test_ids of inParts(ids, 1000)) {
        added += (await api.test_set.add_tests.mutate({ id: set.id, test_ids })).added;
      }
      await queryClient.invalidateQueries(trpc.test_set.pathFilter());
      const already = ids.length - added;
      notifyDone(`${countText(added)} added to “${set.name}”.${already > 0 ? ` ${already} were in it already.` : ""}`);
      onDone();
    } catch (error) {
      notifyFailure(error);
    } finally {
      setBusy(false);
    }
  };
  return (
    <Modal opened onClose={onClose} title={`Add ${countText(ids.length)} to a test set`}>
      <Stack gap="md">
        <TestSetSelect
          creatable
          kind={kind}
          project_id={project_id}
          value={set?.id ?? null}
          onChange={(id, name) => setSet(id === null ? null : { id, name: name ?? "the test set" })}
          description="Type a new name to make a set."
        />
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button disabled={set === null} loading={isBusy} onClick={() => void add()}>
            Add
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
