import { Button, Group, Modal, TextInput } from "@mantine/core";
import { useState, type FormEvent } from "react";
import type { TestRun } from "@rhesis/router/test-run/schema";
import { failureOf } from "../../api/problems.ts";
import { api, queryClient, trpc } from "../../api/trpc.ts";

export function RenameRun({ run, onClose }: { run: TestRun; onClose: () => void }) {
  const [name, setName] = useState(run.name);
  const [problem, setProblem] = useState<string | null>(null);
  const save = async (event: FormEvent) => {
    event.preventDefault();
    try {
      // Counts move while one types, but they are not part of a version.
      const saved = await api.test_run.update.mutate({ id: run.id, name });
      queryClient.setQueryData(trpc.test_run.get.queryKey({ id: run.id }), saved);
      void queryClient.invalidateQueries(trpc.test_run.list.pathFilter());
      onClose();
    } catch (error) {
      const failure = failureOf(error);
      setProblem(failure.problems[0]?.message ?? failure.message);
    }
  };
  return (
    <Modal opened onClose={onClose} title="Rename the run">
      <form onSubmit={(event) => void save(event)}>
        <TextInput
          label="Name"
          data-autofocus
          maxLength={200}
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
          error={problem}
        />
        <Group justify="flex-end" mt="md" gap="xs">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit">Save</Button>
        </Group>
      </form>
    </Modal>
  );
}
