import { Badge } from "@mantine/core";
import { IconBan, IconCircleCheck, IconClock, IconCircleX, IconLoader } from "@tabler/icons-react";
import type { TestRunProgress } from "@rhesis/router/test-run/schema";

const looks = {
  queued: { Icon: IconClock, word: "Waiting" },
  running: { Icon: IconLoader, word: "Running" },
  completed: { Icon: IconCircleCheck, word: "Completed" },
  failed: { Icon: IconCircleX, word: "Stopped by a fault" },
  cancelled: { Icon: IconBan, word: "Cancelled" },
};

export function isLive({ status }: Pick<TestRunProgress, "status">): boolean {
  return status === "queued" || status === "running";
}

/** Where a run is in its life, as sign and word. Not a verdict, so without a verdict's colours. */
export function RunStatus({ run }: { run: Pick<TestRunProgress, "status" | "cancel_requested_at"> }) {
  const { Icon, word } = looks[run.status];
  const isStopping = isLive(run) && run.cancel_requested_at !== null;
  return (
    <Badge variant="default" tt="none" fw={600} leftSection={<Icon size={14} aria-hidden />}>
      {isStopping ? "Cancelling" : word}
    </Badge>
  );
}
