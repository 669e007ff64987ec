import { Alert, Button, Group, Modal, Stack, Text } from "@mantine/core";
import { useNavigate } from "@tanstack/react-router";
import { useState, type FormEvent } from "react";
import type { TestRun } from "@rhesis/router/test-run/schema";
import { failureOf, type Failure } from "../../api/problems.ts";
import { api, queryClient, trpc } from "../../api/trpc.ts";
import { MetricsChoice } from "../metrics/metrics-choice.tsx";

/** Scoring what a run has answered once more, with the metrics and judges of now. */
export function RescoreDialog({ run, onClose }: { run: TestRun; onClose: () => void }) {
  const navigate = useNavigate();
  const [metric_ids, setMetrics] = useState<string[]>([]);
  const [failure, setFailure] = useState<Failure | null>(null);
  const [isStarting, setStarting] = useState(false);
  const start = async (event: FormEvent) => {
    event.preventDefault();
    setStarting(true);
    setFailure(null);
    try {
      const chosen = metric_ids.length === 0 ? {} : { metric_ids };
      const next = await api.test_run.rescore.mutate({ id: run.id, ...chosen });
      queryClient.setQueryData(trpc.test_run.get.queryKey({ id: next.id }), next);
      void queryClient.invalidateQueries(trpc.test_run.list.pathFilter());
      onClose();
      await navigate({ to: "/test-runs/$id", params: { id: next.id } });
    } catch (error) {
      setFailure(failureOf(error));
      setStarting(false);
    }
  };
  return (
    <Modal opened onClose={onClose} title="Score the answers again" size="lg">
      <form onSubmit={(event) => void start(event)}>
        <Stack gap="md">
          <Text size="sm">
            The answers of this run are scored with the metrics and judges as they are now, as a run of its own. Your
            application is not called.
          </Text>
          <MetricsChoice test_set_id={run.test_set_id} value={metric_ids} onChange={setMetrics} error={undefined} />
          {failure !== null && (
            <Alert color="red" role="alert" title="The answers cannot be scored">
              {failure.message}
            </Alert>
          )}
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" loading={isStarting}>
              Score again
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
