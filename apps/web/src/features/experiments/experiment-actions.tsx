import { Button, Menu } from "@mantine/core";
import { IconDots, IconLock, IconPencil, IconTrash, IconUsers } from "@tabler/icons-react";
import { useNavigate } from "@tanstack/react-router";
import type { Experiment } from "@rhesis/router/experiment/schema";
import { failureOf } from "../../api/problems.ts";
import { api } from "../../api/trpc.ts";
import { useCan, useSession } from "../../session/member.tsx";
import { notifyDone, notifyFailure, offerUndo } from "../../ui/notices.ts";
import { refreshExperiments } from "./refresh.ts";

type Props = {
  experiment: Experiment;
  onEdit: () => void;
  /** Told why it was refused: something else has to change first. */
  onRefused: (why: string | null) => void;
};

/** What can be done with an experiment: who sees it, its name, deleting it. */
function useExperimentActs({ experiment, onRefused }: Omit<Props, "onEdit">) {
  const navigate = useNavigate({ from: "/experiments/$id" });
  const { id, name, version } = experiment;
  const act = async (work: () => Promise<void>) => {
    onRefused(null);
    try {
      await work();
    } catch (error) {
      const failure = failureOf(error);
      if (failure.code === "conflict") onRefused(failure.message);
      else notifyFailure(error);
    }
  };
  return {
    share: () =>
      act(async () => {
        await api.experiment.share.mutate({ id, expected_version: version });
        await refreshExperiments();
        notifyDone("Everybody in the organization sees it now.");
      }),
    unshare: () =>
      act(async () => {
        await api.experiment.unshare.mutate({ id, expected_version: version });
        await refreshExperiments();
        notifyDone("Only you see it now.");
      }),
    remove: () =>
      act(async () => {
        const { deletion_id } = await api.experiment.delete.mutate({ id });
        await navigate({ to: "/experiments" });
        await refreshExperiments();
        offerUndo(`“${name}” is deleted. Runs that were made with it stay.`, deletion_id);
      }),
  };
}

export function ExperimentMenu({ experiment, onEdit, onRefused }: Props) {
  const can = useCan();
  const { me } = useSession();
  const acts = useExperimentActs({ experiment, onRefused });
  const { visibility, owner_id } = experiment;
  const mayEdit = can("experiment:update");
  if (!mayEdit && !can("experiment:delete")) return null;
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <Button variant="default" px={8} aria-label="More actions">
          <IconDots size={18} />
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {mayEdit && (
          <Menu.Item leftSection={<IconPencil size={16} />} onClick={onEdit}>
            Edit name and description
          </Menu.Item>
        )}
        {mayEdit && visibility === "private" && (
          <Menu.Item leftSection={<IconUsers size={16} />} onClick={() => void acts.share()}>
            Share with everybody
          </Menu.Item>
        )}
        {mayEdit && visibility === "shared" && owner_id === me.user.id && (
          <Menu.Item leftSection={<IconLock size={16} />} onClick={() => void acts.unshare()}>
            Make private again
          </Menu.Item>
        )}
        {can("experiment:delete") && (
          <Menu.Item leftSection={<IconTrash size={16} />} onClick={() => void acts.remove()}>
            Delete
          </Menu.Item>
        )}
      </Menu.Dropdown>
    </Menu>
  );
}
