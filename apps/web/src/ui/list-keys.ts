import { useState } from "react";

export type ListKeys = {
  /** One for each entry, the same as long as the entry is there. */
  keys: readonly number[];
  remove: (index: number) => void;
  /** Swaps an entry with the next. */
  swap: (index: number) => void;
};

/** Keys for entries that have no identity of their own, whose fields keep what is typed while others come and go. */
export function useListKeys(count: number): ListKeys {
  const [drawn, setDrawn] = useState<readonly number[]>([]);
  const keys = fitting(drawn, count);
  if (keys !== drawn) setDrawn(keys);
  return {
    keys,
    remove: (index) => setDrawn(keys.toSpliced(index, 1)),
    swap: (index) => setDrawn(keys.toSpliced(index, 2, ...keys.slice(index, index + 2).toReversed())),
  };
}

/** As many as there are entries: new ones stand at the end. */
function fitting(keys: readonly number[], count: number): readonly number[] {
  if (keys.length === count) return keys;
  if (keys.length > count) return keys.slice(0, count);
  const next = Math.max(0, ...keys) + 1;
  return [...keys, ...Array.from({ length: count - keys.length }, (_, at) => next + at)];
}
