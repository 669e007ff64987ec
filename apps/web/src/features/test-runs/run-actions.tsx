import { Button, Group, Menu, Modal, TextInput } from "@mantine/core";
import { IconBan, IconDots, IconPencil, IconRefresh, IconTrash } from "@tabler/icons-react";
import { useNavigate } from "@tanstack/react-router";
import { useState, type FormEvent } from "react";
import type { ResultVerdict } from "@rhesis/engine/metric/schema";
import type { TestRun } from "@rhesis/router/test-run/schema";
import { failureOf } from "../../api/problems.ts";
import { api, queryClient, trpc } from "../../api/trpc.ts";
import { useCan } from "../../session/member.tsx";
import { CopyLink } from "../../ui/copy.tsx";
import { ButtonLink } from "../../ui/link.tsx";
import { notifyDone, notifyFailure, offerUndo } from "../../ui/notices.ts";
import { isLive } from "./run-status.tsx";

/** What can be done with a run: stop it, ask again, rename, delete. */
export function RunActions({ run }: { run: TestRun }) {
  const can = useCan();
  const navigate = useNavigate();
  const [isRenaming, setRenaming] = useState(false);
  const [isBusy, setBusy] = useState(false);
  const live = isLive(run);
  const { id } = run;
  const act = async (work: () => Promise<void>) => {
    setBusy(true);
    try {
      await work();
    } catch (error) {
      notifyFailure(error);
    } finally {
      setBusy(false);
    }
  };
  const cancel = () =>
    act(async () => {
      queryClient.setQueryData(trpc.test_run.get.queryKey({ id }), await api.test_run.cancel.mutate({ id }));
      notifyDone("The run stops. What has been answered stays.");
    });
  const retry = (verdicts: ResultVerdict[]) =>
    act(async () => {
      const next = await api.test_run.retry_failed.mutate({ id, verdicts });
      queryClient.setQueryData(trpc.test_run.get.queryKey({ id: next.id }), next);
      void queryClient.invalidateQueries(trpc.test_run.list.pathFilter());
      await navigate({ to: "/test-runs/$id", params: { id: next.id } });
    });
  const remove = () =>
    act(async () => {
      const { deletion_id } = await api.test_run.delete.mutate({ id });
      await navigate({ to: "/test-runs" });
      await queryClient.invalidateQueries(trpc.test_run.list.pathFilter());
      offerUndo(`“${run.name}” is deleted.`, deletion_id);
    });
  const mayRetry = can("test_set:execute") && !live;
  return (
    <>
      <CopyLink />
      <Menu position="bottom-end">
        <Menu.Target>
          <Button variant="default" px={8} aria-label="More actions">
            <IconDots size={18} />
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          {mayRetry && run.errored > 0 && (
            <Menu.Item leftSection={<IconRefresh size={16} />} onClick={() => void retry(["error"])}>
              Ask again what ended in an error
            </Menu.Item>
          )}
          {mayRetry && run.failed > 0 && (
            <Menu.Item
              leftSection={<IconRefresh size={16} />}
              onClick={() => void retry(["fail", "error", "inconclusive"])}
            >
              Ask again all that did not pass
            </Menu.Item>
          )}
          {can("test_run:update") && (
            <Menu.Item leftSection={<IconPencil size={16} />} onClick={() => setRenaming(true)}>
              Rename
            </Menu.Item>
          )}
          {can("test_run:delete") && (
            <Menu.Item leftSection={<IconTrash size={16} />} onClick={() => void remove()}>
              Delete
            </Menu.Item>
          )}
        </Menu.Dropdown>
      </Menu>
      {live && can("test_run:cancel") && (
        <Button
          variant="default"
          leftSection={<IconBan size={16} />}
          loading={isBusy}
          disabled={run.cancel_requested_at !== null}
          onClick={() => void cancel()}
        >
          Cancel
        </Button>
      )}
      {mayRetry && run.errored > 0 && (
        <Button
          variant="default"
          leftSection={<IconRefresh size={16} />}
          loading={isBusy}
          onClick={() => void retry(["error"])}
        >
          Retry {run.errored === 1 ? "1 error" : `${run.errored.toLocaleString("en")} errors`}
        </Button>
      )}
      {mayRetry && (
        <ButtonLink
          to="/test-sets/$id"
          params={{ id: run.test_set_id }}
          search={{ run: true, endpoint: run.endpoint_id }}
        >
          Run again
        </ButtonLink>
      )}
      {isRenaming && <Rename run={run} onClose={() => setRenaming(false)} />}
    </>
  );
}

function Rename({ run, onClose }: { run: TestRun; onClose: () => void }) {
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
