/** Short notices at the edge of the window. What shows them is loaded with the first. */
import { api, queryClient } from "../api/trpc.ts";
import { failureOf } from "../api/problems.ts";

export type Notice = {
  title?: string;
  message: string;
  kind: "done" | "failed" | "plain";
  /** Milliseconds it stays. */
  stays?: number;
  undo?: () => void;
};

let isNeeded = false;
const listeners = new Set<() => void>();

/** For `useSyncExternalStore` where notices are shown: false before the first. */
export const noticeBoard = {
  subscribe: (listener: () => void) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  },
  isNeeded: () => isNeeded,
};

async function show(notice: Notice): Promise<void> {
  const { showNotice } = await import("./notice-board.tsx");
  isNeeded = true;
  for (const listener of listeners) listener();
  showNotice(notice);
}

export function notifyDone(message: string): void {
  void show({ message, kind: "done" });
}

/** For what is neither done nor failed. */
export function notifyPlain(message: string): void {
  void show({ message, kind: "plain" });
}

/** For actions that have no form to show the failure at. */
export function notifyFailure(error: unknown): void {
  const { message, problems, request_id, code } = failureOf(error);
  const [problem] = problems;
  const text = problem === undefined ? message : `${message} ${problem.message}`;
  void show({
    title: "This did not work",
    message: code === "internal" ? `${text} Request id: ${request_id}` : text,
    kind: "failed",
    stays: 10_000,
  });
}

/** Calls of one request: the server caps them. */
const atOnce = 20;

async function restore(deletionIds: readonly string[]): Promise<void> {
  for (let from = 0; from < deletionIds.length; from += atOnce) {
    const part = deletionIds.slice(from, from + atOnce);
    await Promise.all(part.map((deletion_id) => api.deletion.restore.mutate({ deletion_id })));
  }
}

async function undo(revert: () => Promise<unknown>, done: string): Promise<void> {
  try {
    await revert();
    notifyDone(done);
  } catch (error) {
    notifyFailure(error);
  }
  await queryClient.invalidateQueries();
}

/** After a change: says so and offers to take it back by `revert`; `done` is said when that has been done. */
export function offerToRevert(message: string, revert: () => Promise<unknown>, done: string): void {
  void show({ message, kind: "plain", stays: 12_000, undo: () => void undo(revert, done) });
}

/** After a delete, or several: says so and offers to take it back. */
export function offerUndo(message: string, deletion: string | readonly string[]): void {
  const deletionIds = typeof deletion === "string" ? [deletion] : deletion;
  offerToRevert(message, () => restore(deletionIds), "Restored.");
}
