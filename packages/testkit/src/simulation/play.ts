/** Plays many seeds, one after the other, and tells those that broke a promise. */
import { History, type Machine } from "./history.ts";
import { installTime } from "./virtual-time.ts";

export type Failure = { seed: number; violations: string[] };
export type Played = { seeds: number; steps: number; failures: Failure[] };

const batch = 50;

/**
 * Plays `most` seeds from `first` on.
 * @param isEnough looked at between batches: true where no more are to be played
 */
export async function playSeeds(
  machine: Machine,
  { first, most }: { first: number; most: number },
  isEnough: (played: Played) => boolean = () => false,
): Promise<Played> {
  const played: Played = { seeds: 0, steps: 0, failures: [] };
  while (played.seeds < most && !isEnough(played)) {
    await inVirtualTime(async (begin) => {
      const end = Math.min(most, played.seeds + batch);
      while (played.seeds < end)
        await playNext(played, begin(new History(first + played.seeds, machine, { tells: false })));
    });
    // Whoever runs us has things of its own to do.
    await new Promise((resolve) => setImmediate(resolve));
  }
  return played;
}

async function playNext(played: Played, history: History): Promise<void> {
  await history.play();
  played.seeds += 1;
  played.steps += history.time.steps;
  const { violations } = history.oracle;
  if (violations.length > 0) played.failures.push({ seed: history.script.seed, violations });
}

/** One seed in words: what happened, line by line, and what was broken. */
export async function tellSeed(machine: Machine, seed: number): Promise<{ story: string[]; violations: string[] }> {
  const history = new History(seed, machine, { tells: true });
  await inVirtualTime((begin) => begin(history).play());
  return { story: history.story?.lines ?? [], violations: history.oracle.violations };
}

async function inVirtualTime(play: (begin: (history: History) => History) => Promise<void>): Promise<void> {
  let current: History | undefined;
  const uninstall = installTime(() => {
    if (current === undefined) throw new Error("no history is being played");
    return { time: current.time, random: current.draw.next };
  });
  try {
    await play((history) => (current = history));
  } finally {
    uninstall();
  }
}
