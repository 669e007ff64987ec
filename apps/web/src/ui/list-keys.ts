import { useRef } from "react";

export type ListKeys = {
  /** One for each entry, the same as long as the entry is there. */
  keys: readonly number[];
  remove: (index: number) => void;
  /** Swaps an entry with the next. */
  swap: (index: number) => void;
};

/** Keys for entries that have no identity of their own, whose fields keep what is typed while others come and go. */
export function useListKeys(count: number): ListKeys {
  const keys = useRef<number[]>([]);
  const last = useRef(0);
  while (keys.current.length < count) keys.current.push((last.current += 1));
  keys.current.length = count;
  return {
    keys: [...keys.current],
    remove: (index) => void keys.current.splice(index, 1),
    swap: (index) => {
      const [moved] = keys.current.splice(index, 1);
      if (moved !== undefined) keys.current.splice(index + 1, 0, moved);
    },
  };
}
