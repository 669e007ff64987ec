/** Where a run is, as it moves. */
import { tracked, type TrackedEnvelope } from "@trpc/server";
import { readRunProgress } from "@rhesis/db/queries/test-run";
import { isRunOver } from "@rhesis/engine/run/schema";
import { AppError } from "@rhesis/telemetry/app-error";
import { anyTestRun, type CallingOutContext } from "../context.ts";
import { createWakes } from "../live.ts";
import { inProjectScope } from "../project-scope.ts";
import type { TestRunProgress } from "./schema.ts";

/** Four events a second are as many as a person can follow. */
const leastIntervalMs = 250;
const mostIntervalMs = 15_000;
const mostPerPerson = 50;
const following = new Map<string, number>();

type FollowContext = Pick<CallingOutContext, "identity" | "platform" | "tenant">;

/**
 * Yields where the run is now, unless that is what `lastEventId` says, and again when it has moved; ends with the run.
 * An event's id is the state it tells, so a client that comes back gets what it missed in one event.
 * @throws not_found; limit_exceeded where one person follows too many runs at once
 */
export async function* followTestRun(
  ctx: FollowContext,
  { id, lastEventId }: { id: string; lastEventId?: string | null | undefined },
  signal: AbortSignal | undefined,
): AsyncGenerator<TrackedEnvelope<TestRunProgress>, void> {
  const leave = enter(ctx.identity.user_id);
  // Listening starts before the first look, so that nothing falls in between.
  const wakes = createWakes({
    subscribe: (wake) =>
      ctx.platform.onTestRunChange((changed) => (changed === id || changed === anyTestRun ? wake() : undefined)),
    signal,
    least_interval_ms: leastIntervalMs,
    most_interval_ms: mostIntervalMs,
  });
  try {
    let told = lastEventId ?? null;
    do {
      const row = await ctx.tenant.read((tx) => readRunProgress(tx, id));
      const { project_id: _, ...progress } = inProjectScope(ctx.identity, row, "test run");
      const eventId = stateOf(progress);
      if (eventId !== told) yield tracked(eventId, progress);
      told = eventId;
      if (isRunOver(progress.status)) return;
    } while (await wakes.next());
  } finally {
    wakes.stop();
    leave();
  }
}

function stateOf(run: TestRunProgress): string {
  const { status, total, passed, failed, inconclusive, errored, cancel_requested_at, pause_requested_at, held_until } =
    run;
  const wishes = [cancel_requested_at, pause_requested_at].map((wish) => (wish === null ? 0 : 1));
  return [status, total, passed, failed, inconclusive, errored, ...wishes, held_until?.getTime() ?? 0].join(".");
}

function enter(user_id: string): () => void {
  const now = following.get(user_id) ?? 0;
  if (now >= mostPerPerson) throw new AppError("limit_exceeded", "You follow too many runs at once. Close some pages.");
  following.set(user_id, now + 1);
  return () => {
    const left = (following.get(user_id) ?? 1) - 1;
    if (left === 0) following.delete(user_id);
    else following.set(user_id, left);
  };
}
