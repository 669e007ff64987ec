/** Marks every entry of a list in the steps of a path. */
export const every = Symbol("every");
export type PathStep = string | number | typeof every;

/** The RFC 9535 path of a place: `$.sources[*]['page text']`. A name with control characters has none that can be read. */
export function pathOf(steps: readonly PathStep[]): string {
  return `$${steps.map(selector).join("")}`;
}

function selector(step: PathStep): string {
  if (step === every) return "[*]";
  if (typeof step === "number") return `[${step}]`;
  return /^[A-Za-z_][A-Za-z0-9_]*$/.test(step) ? `.${step}` : `['${step.replaceAll(/[\\']/g, "\\$&")}']`;
}
