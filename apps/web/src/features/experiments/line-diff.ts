/** What is different between two texts, line by line. */

export type DiffLine = { kind: "same" | "removed" | "added"; text: string } | { kind: "gap"; count: number };
type Line = Exclude<DiffLine, { kind: "gap" }>;

/** Lines around a difference that are shown though they are the same. */
const context = 2;

/** More pairs of lines than these are not compared: then all of one text is removed and all of the other added. */
const mostPairs = 1_000_000;

/** Long runs of lines that are the same are a gap. */
export function lineDiff(before: string, after: string): DiffLine[] {
  const [old, young] = [before.split(/\r?\n/), after.split(/\r?\n/)];
  const shorter = Math.min(old.length, young.length);
  let start = 0;
  while (start < shorter && old[start] === young[start]) start += 1;
  let end = 0;
  while (end < shorter - start && old.at(-1 - end) === young.at(-1 - end)) end += 1;
  const same = (lines: string[]): Line[] => lines.map((text) => ({ kind: "same", text }));
  return withGaps([
    ...same(old.slice(0, start)),
    ...middle(old.slice(start, old.length - end), young.slice(start, young.length - end)),
    ...same(old.slice(old.length - end)),
  ]);
}

/** By the longest common subsequence. */
function middle(old: readonly string[], young: readonly string[]): Line[] {
  const removed = (text: string): Line => ({ kind: "removed", text });
  const added = (text: string): Line => ({ kind: "added", text });
  if (old.length * young.length > mostPairs) return [...old.map(removed), ...young.map(added)];
  const lengths = commonLengths(old, young);
  const length = (i: number, j: number): number => lengths[i]?.[j] ?? 0;
  const lines: Line[] = [];
  let [i, j] = [0, 0];
  while (i < old.length || j < young.length) {
    const [one, other] = [old[i], young[j]];
    if (one !== undefined && one === other) {
      lines.push({ kind: "same", text: one });
      [i, j] = [i + 1, j + 1];
    } else if (other === undefined || (one !== undefined && length(i + 1, j) >= length(i, j + 1))) {
      lines.push(removed(one ?? ""));
      i += 1;
    } else {
      lines.push(added(other));
      j += 1;
    }
  }
  return lines;
}

/** [i][j]: how many lines are in common from the i-th and j-th on. */
function commonLengths(old: readonly string[], young: readonly string[]): Uint32Array[] {
  const lengths = Array.from({ length: old.length + 1 }, () => new Uint32Array(young.length + 1));
  for (let i = old.length - 1; i >= 0; i -= 1) {
    const [row, next] = [lengths[i], lengths[i + 1]];
    if (row === undefined || next === undefined) continue;
    for (let j = young.length - 1; j >= 0; j -= 1) {
      row[j] = old[i] === young[j] ? (next[j + 1] ?? 0) + 1 : Math.max(next[j] ?? 0, row[j + 1] ?? 0);
    }
  }
  return lengths;
}

function withGaps(lines: readonly Line[]): DiffLine[] {
  const near = new Set<number>();
  for (const [at, { kind }] of lines.entries()) {
    if (kind === "same") continue;
    for (let each = at - context; each <= at + context; each += 1) near.add(each);
  }
  const shown: DiffLine[] = [];
  for (const [at, line] of lines.entries()) {
    const last = shown.at(-1);
    if (near.has(at)) shown.push(line);
    else if (last?.kind === "gap") last.count += 1;
    else shown.push({ kind: "gap", count: 1 });
  }
  return shown;
}
