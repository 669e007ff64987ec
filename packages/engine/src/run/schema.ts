/** The life of a test run: its states and which may follow which. The database refuses every other change. */
export const runStatuses = ["queued", "running", "paused", "completed", "failed", "cancelled"] as const;
export type RunStatus = (typeof runStatuses)[number];

/** What each state may become, and by what. */
export const runTransitions = {
  queued: {
    running: "a worker takes it",
    paused: "a person pauses it",
    cancelled: "a person cancels it",
    failed: "its job has ended without it",
  },
  running: {
    completed: "its last result is stored",
    paused: "a person pauses it: calls under way end first",
    cancelled: "a person cancels it: calls under way are ended",
    failed: "its job has ended without it",
  },
  paused: { queued: "a person resumes it", cancelled: "a person cancels it" },
  completed: {},
  failed: {},
  cancelled: {},
} as const satisfies Record<RunStatus, Partial<Record<RunStatus, string>>>;

/** True where a run in that state will never change again. */
export function isRunOver(status: RunStatus): boolean {
  return Object.keys(runTransitions[status]).length === 0;
}
