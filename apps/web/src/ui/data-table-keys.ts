/** Moving through a table by keyboard: j, k, arrows, Home, End, Page keys; Enter opens, x selects, Escape closes. */
import { useEffect, type KeyboardEvent as ReactKeyboardEvent } from "react";

/** To the row before and after the open one, loaded or not; null at the ends of the list. */
export type Steps = { previous: (() => void) | null; next: (() => void) | null };

type Moves = {
  count: number;
  /** -1 where no loaded row is. */
  active: number;
  page: number;
  setActive: (index: number) => void;
  /** Past the loaded rows, while a row is open. */
  steps: Steps | null;
  open: (index: number) => void;
  toggle: ((index: number) => void) | null;
  close: (() => void) | null;
};

/** True where a key press is text, or belongs to something that is open above the page. */
function isTyping(target: EventTarget | null): boolean {
  if (document.querySelector('[role="dialog"][aria-modal="true"]') !== null) return true;
  if (!(target instanceof HTMLElement)) return false;
  return target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName);
}

function destination(key: string, { active, count, page }: Moves): number | null {
  const steps: Record<string, number> = {
    j: active + 1,
    ArrowDown: active + 1,
    k: active - 1,
    ArrowUp: active - 1,
    Home: 0,
    End: count - 1,
    PageDown: active + page,
    PageUp: active - page,
  };
  const to = steps[key];
  return to === undefined ? null : Math.max(0, Math.min(count - 1, to));
}

/** The way past the loaded rows that a key asks for, where there is one. */
function stepBeyond(key: string, { active, count, steps }: Moves): (() => void) | null {
  if (steps === null) return null;
  const isOutside = active < 0;
  if (key === "j" || key === "ArrowDown") return isOutside || active === count - 1 ? steps.next : null;
  if (key === "k" || key === "ArrowUp") return isOutside ? steps.previous : null;
  return null;
}

function handle(event: KeyboardEvent | ReactKeyboardEvent, moves: Moves): boolean {
  if (event.ctrlKey || event.metaKey || event.altKey) return false;
  if (event.key === "Escape" && moves.close !== null) {
    moves.close();
    return true;
  }
  if (moves.count === 0) return false;
  if (event.key === "Enter" && moves.active >= 0) {
    moves.open(moves.active);
    return true;
  }
  if (event.key === "x" && moves.toggle !== null && moves.active >= 0) {
    moves.toggle(moves.active);
    return true;
  }
  const step = stepBeyond(event.key, moves);
  if (step !== null) {
    step();
    return true;
  }
  const to = destination(event.key, moves);
  if (to === null) return false;
  moves.setActive(to);
  return true;
}

/** @returns the handler for the table itself; letters also work while the focus is elsewhere on the page. */
export function useTableKeys(moves: Moves): (event: ReactKeyboardEvent) => void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.defaultPrevented || isTyping(event.target)) return;
      const onControl = event.target instanceof HTMLElement && event.target.closest("a,button,[role=grid]") !== null;
      const isLetter = event.key === "j" || event.key === "k" || event.key === "x" || event.key === "Escape";
      if (!isLetter && (onControl || event.key !== "Enter")) return;
      if (event.target instanceof HTMLElement && event.target.closest("[role=grid]") !== null) return;
      if (handle(event, moves)) event.preventDefault();
    };
    document.addEventListener("keydown", onKey);
    return () => document.removeEventListener("keydown", onKey);
  });
  return (event) => {
    const onControl = event.target instanceof HTMLElement && event.target.closest("a,button,input") !== null;
    if (onControl && event.key === "Enter") return;
    if (handle(event, moves)) event.preventDefault();
  };
}
