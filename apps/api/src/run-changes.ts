/** One listening connection tells all live subscriptions of this process which test run changed. */
import type { Notifications } from "@rhesis/db/notifications";
import { anyTestRun, type Platform } from "@rhesis/router/context";

/** @returns what a platform offers as `onTestRunChange` */
export function createRunChanges(notifications: Notifications): Platform["onTestRunChange"] {
  const listeners = new Set<(test_run_id: string) => void>();
  const tell = (test_run_id: string): void => {
    for (const listener of listeners) listener(test_run_id);
  };
  notifications.on("test_run", tell);
  notifications.onReconnect(() => tell(anyTestRun));
  return (listener) => {
    // A wrapper of its own, so that the same function may listen twice.
    const own = (test_run_id: string): void => listener(test_run_id);
    listeners.add(own);
    return () => void listeners.delete(own);
  };
}
