/** What the filling-in of one request may use up over all its templates. It is synchronous: there is one at a time. */
import { TemplateError } from "./template-error.ts";

/** Steps one request may take; a step is one evaluated node, one element looked at, or 1,024 characters. */
export const maxSteps = 300_000;
/** Characters any text or value made on the way may hold; above the largest response a target may send. */
export const maxCharacters = 12_000_000;

/** What renderings that belong together have used up so far. */
export type Allowance = { steps: number; characters: number };

let spent: Allowance | null = null;

export function newAllowance(): Allowance {
  return { steps: 0, characters: 0 };
}

/** Runs `work`, whose renderings share one allowance: with each other, and with whatever else is given `allowance`. */
export function withinOneAllowance<T>(work: () => T, allowance = newAllowance()): T {
  if (spent !== null) return work();
  spent = allowance;
  try {
    return work();
  } finally {
    spent = null;
  }
}

/** @throws TemplateError where the renderings around it have done too much work */
export function spendSteps(steps: number): void {
  if (spent === null) return;
  spent.steps += steps;
  if (spent.steps > maxSteps) throw new TemplateError("The templates do too much work together: they loop too often.");
}

/** @throws TemplateError where the renderings around it have made too much text */
export function spendCharacters(characters: number): void {
  if (spent === null) return;
  spent.characters += characters;
  if (spent.characters > maxCharacters) throw new TemplateError("The templates make too much text together.");
}
