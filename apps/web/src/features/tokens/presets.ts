/** Common choices of what a token may do. */

export const presets = [
  { value: "read", label: "Read", description: "Sees everything, changes nothing." },
  { value: "run", label: "Run tests", description: "Sees everything, starts and cancels runs. What a pipeline needs." },
  { value: "all", label: "Everything", description: "All that you may do yourself, also when that changes." },
  { value: "chosen", label: "Choose", description: "Exactly what you tick." },
] as const;
export type Preset = (typeof presets)[number]["value"];

const running = new Set(["test_set:execute", "test_run:cancel", "test_run:update"]);

/** Scopes of a choice within what its maker may do; null for no limit of its own. */
export function presetScopes(preset: Exclude<Preset, "chosen">, granted: readonly string[]): string[] | null {
  if (preset === "all") return null;
  return granted.filter((scope) => scope.endsWith(":read") || (preset === "run" && running.has(scope)));
}
