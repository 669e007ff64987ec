import { Badge } from "@mantine/core";
import { IconBan, IconCircleCheck, IconClock, IconCircleX, IconLoader, IconPlayerPause } from "@tabler/icons-react";
import { isRunOver } from "@rhesis/engine/run/schema";
import type { TestRunProgress } from "@rhesis/router/test-run/schema";

const looks = {
  queued: { Icon: IconClock, word: "Waiting" },
  running: { Icon: IconLoader, word: "Running" },
  paused: { Icon: IconPlayerPause, word: "Paused" },
  completed: { Icon: IconCircleCheck, word: "Completed" },
  failed: { Icon: IconCircleX, word: "Stopped by a fault" },
  cancelled: { Icon: IconBan, word: "Cancelled" },
};

export function isLive({ status }: Pick<TestRunProgress, "status">): boolean {
  return !isRunOver(status);
}

type Wish = "cancel_requested_at" | "pause_requested_at";

/** What a run at work was asked to do and has not done yet. */
function wishOf(run: Pick<TestRunProgress, "status" | Wish>): string | null {
  if (run.status !== "running") return null;
  if (run.cancel_requested_at !== null) return "Cancelling";
  return run.pause_requested_at === null ? null : "Pausing";
}

/** Where a run is in its life, as sign and word. Not a verdict, so without a verdict's colours. */
export function RunStatus({ run }: { run: Pick<TestRunProgress, "status" | Wish> }) {
  const { Icon, word } = looks[run.status];
  const wish = wishOf(run);
  return (
    <Badge variant="default" tt="none" fw={600} leftSection={<Icon size={14} aria-hidden />}>
      {wish ?? word}
    </Badge>
  );
}
