/** RFC 9535 paths to places in a JSON value. */

export type Step = string | number;

/** `$.choices[0].message['content type']` */
export function pathOf(steps: readonly Step[]): string {
  return steps.reduce<string>((path, step) => {
    if (typeof step === "number") return `${path}[${step}]`;
    if (/^[A-Za-z_][A-Za-z0-9_]*$/.test(step)) return `${path}.${step}`;
    return `${path}['${step.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}']`;
  }, "$");
}

/** The same for all entries of the innermost list: `$.sources[*].text`. */
export function pathOfAll(steps: readonly Step[]): string {
  const last = steps.findLastIndex((step) => typeof step === "number");
  if (last < 0) return pathOf(steps);
  return `${pathOf(steps.slice(0, last))}[*]${pathOf(steps.slice(last + 1)).slice(1)}`;
}
