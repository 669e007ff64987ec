import type { TestRunItem } from "@rhesis/router/test-run/schema";
import { useLiveRun } from "./live-run.ts";
import { isLive } from "./run-status.tsx";

/** A browser keeps few streams open to one server, so only the newest runs at work move by themselves. */
const mostFollowed = 2;

function Follow({ id }: { id: string }) {
  useLiveRun(id, true);
  return null;
}

/** Keeps the runs at work of a list as they are on the server, by push. */
export function FollowRuns({ runs }: { runs: readonly TestRunItem[] }) {
  return runs
    .filter(isLive)
    .slice(0, mostFollowed)
    .map(({ id }) => <Follow key={id} id={id} />);
}
