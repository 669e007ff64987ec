import { Button } from "@mantine/core";
import { IconBan, IconPlayerPause, IconPlayerPlay, IconRefresh } from "@tabler/icons-react";
import type { TestRun } from "@rhesis/router/test-run/schema";
import { useCan } from "../../session/member.tsx";
import { CopyLink } from "../../ui/copy.tsx";
import { ButtonLink } from "../../ui/link.tsx";
import { RunMenu } from "./run-menu.tsx";
import { isLive } from "./run-status.tsx";
import { useRunActs, type RunActs } from "./use-run-acts.ts";

/** What can be done with a run: rest it, stop it, ask again, score again, rename, delete. */
export function RunActions({ run }: { run: TestRun }) {
  const can = useCan();
  const acts = useRunActs(run);
  const live = isLive(run);
  const mayStart = can("test_set:execute") && !live;
  const mayRetry = mayStart && run.kind === "execute";
  return (
    <>
      <CopyLink />
      <RunMenu run={run} acts={acts} mayStart={mayStart} mayRetry={mayRetry} />
      {live && can("test_run:pause") && run.cancel_requested_at === null && <PauseButton run={run} acts={acts} />}
      {live && can("test_run:cancel") && (
        <Button
          variant="default"
          leftSection={<IconBan size={16} />}
          loading={acts.isBusy}
          disabled={run.cancel_requested_at !== null}
          onClick={() => void acts.cancel()}
        >
          Cancel
        </Button>
      )}
      {mayRetry && run.errored > 0 && (
        <Button
          variant="default"
          leftSection={<IconRefresh size={16} />}
          loading={acts.isBusy}
          onClick={() => void acts.retry(["error"])}
        >
          Retry {run.errored === 1 ? "1 error" : `${run.errored.toLocaleString("en")} errors`}
        </Button>
      )}
      {mayStart && (
        <ButtonLink
          to="/test-sets/$id"
          params={{ id: run.test_set_id }}
          search={{ run: true, endpoint: run.endpoint_id, ...usedBy(run) }}
        >
          Run again
        </ButtonLink>
      )}
    </>
  );
}

/** The same version again, also where an environment is bound to another one by now. */
function usedBy({ plan: { parameters } }: TestRun) {
  if (parameters === null) return { with: "none" as const };
  return { with: "experiment" as const, experiment: parameters.experiment_id, version: parameters.version };
}

function PauseButton({ run, acts }: { run: TestRun; acts: RunActs }) {
  const rests = run.status === "paused" || run.pause_requested_at !== null;
  return (
    <Button
      variant="default"
      leftSection={rests ? <IconPlayerPlay size={16} /> : <IconPlayerPause size={16} />}
      loading={acts.isBusy}
      onClick={() => void (rests ? acts.resume() : acts.pause())}
    >
      {rests ? "Resume" : "Pause"}
    </Button>
  );
}
