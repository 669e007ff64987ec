export type Bounded = <T>(work: () => Promise<T>) => Promise<T>;

/** Runs what it is given, at most `limit` at once, in order of arrival. */
export function bounded(limit: number): Bounded {
  const waiting: (() => void)[] = [];
  let running = 0;
  return async (work) => {
    if (running >= limit) await new Promise<void>((resolve) => waiting.push(resolve));
    else running++;
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next === undefined) running--;
      else next();
    }
  };
}
