/** Questions before something is lost. One at a time; the dialog itself is loaded when the first is asked. */
import type { ReactNode } from "react";

export type Question = {
  title: string;
  body: ReactNode;
  /** The verb on the button: "Revoke token". */
  action: string;
  /** On the other button; "Cancel" where left out. */
  otherwise?: string;
  onConfirm: () => void;
  onCancel?: () => void;
};

let asked: Question | null = null;
const listeners = new Set<() => void>();

function set(question: Question | null): void {
  asked = question;
  for (const listener of listeners) listener();
}

/** Asks before something that cannot be undone. Deleting things that can be restored needs no question: offer undo. */
export function confirmDestroy(question: Question): void {
  set(question);
}

/** For `useSyncExternalStore` where questions are shown. */
export const questions = {
  subscribe: (listener: () => void) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  },
  current: () => asked,
  answer: (confirmed: boolean) => {
    const question = asked;
    set(null);
    if (confirmed) question?.onConfirm();
    else question?.onCancel?.();
  },
};
