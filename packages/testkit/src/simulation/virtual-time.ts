/**
 * Time that passes as soon as nothing is left to do at a moment. While it is installed, the timers and the clock that
 * code finds in Node are its own, so the code under simulation is the real one.
 */
import { syncBuiltinESMExports } from "node:module";
import timersPromises from "node:timers/promises";

/** Whatever dies at once with all it has planned, and sleeps at once with all of it. */
export type Life = { alive: boolean; asleep_until: number };

class Planned {
  readonly life: Life | null;
  readonly act: () => void;
  readonly every: number | null;
  at: number;
  order: number;
  over = false;

  constructor(
    life: Life | null,
    act: () => void,
    { at, order, every }: { at: number; order: number; every: number | null },
  ) {
    this.life = life;
    this.act = act;
    this.at = at;
    this.order = order;
    this.every = every;
  }
}

const before = (one: Planned, other: Planned): boolean =>
  one.at < other.at || (one.at === other.at && one.order < other.order);

export class VirtualTime {
  now = 0;
  /** What has been done so far, in acts. */
  steps = 0;
  /** Whose act is being done; what is planned meanwhile is its own. */
  life: Life | null = null;
  readonly #heap: Planned[] = [];
  #order = 0;

  /** Plans an act of `life`; of nobody that can die where it is null. */
  after(ms: number, life: Life | null, act: () => void): Planned {
    return this.#plan(life, act, { ms, every: null });
  }

  every(ms: number, life: Life | null, act: () => void): Planned {
    return this.#plan(life, act, { ms, every: ms });
  }

  /** How many of those who live repeat something for ever. */
  repeating(): number {
    return this.#heap.filter(({ life, every, over }) => life?.alive === true && every !== null && !over).length;
  }

  /** Does one act after the other, each to the end of what it sets off, until `isOver`. */
  run(isOver: () => boolean): Promise<void> {
    return new Promise((resolve, reject) => {
      const next = (): void => {
        try {
          const act = isOver() ? null : this.#take();
          if (act === null) return resolve();
          this.#do(act);
        } catch (error) {
          return reject(error instanceof Error ? error : new Error(String(error)));
        }
        // The tick comes when no microtask is left: then all that the act has set off is done.
        queueMicrotask(() => process.nextTick(next));
      };
      process.nextTick(next);
    });
  }

  #plan(life: Life | null, act: () => void, { ms, every }: { ms: number; every: number | null }): Planned {
    const planned = new Planned(life, act, { at: this.now + Math.max(0, ms), order: this.#order++, every });
    this.#push(planned);
    return planned;
  }

  #do(planned: Planned): void {
    this.now = Math.max(this.now, planned.at);
    this.life = planned.life;
    this.steps += 1;
    planned.act();
    if (planned.every === null || planned.over) return;
    planned.at = this.now + planned.every;
    planned.order = this.#order++;
    this.#push(planned);
  }

  #take(): Planned | null {
    for (let first = this.#pop(); first !== undefined; first = this.#pop()) {
      if (first.over || first.life?.alive === false) continue;
      const awake = first.life?.asleep_until ?? 0;
      if (awake <= first.at) return first;
      first.at = awake;
      first.order = this.#order++;
      this.#push(first);
    }
    return null;
  }

  #push(planned: Planned): void {
    const heap = this.#heap;
    let place = heap.push(planned) - 1;
    while (place > 0) {
      const parent = (place - 1) >> 1;
      const above = heap[parent];
      if (above === undefined || !before(planned, above)) break;
      heap[place] = above;
      place = parent;
    }
    heap[place] = planned;
  }

  #pop(): Planned | undefined {
    const heap = this.#heap;
    const first = heap[0];
    const last = heap.pop();
    if (first === undefined || last === undefined || heap.length === 0) return first;
    let place = 0;
    for (;;) {
      let child = 2 * place + 1;
      let below = heap[child];
      const right = heap[child + 1];
      if (below === undefined) break;
      if (right !== undefined && before(right, below)) {
        child += 1;
        below = right;
      }
      if (!before(below, last)) break;
      heap[place] = below;
      place = child;
    }
    heap[place] = last;
    return first;
  }
}

const patched = ["setTimeout", "clearTimeout", "setInterval", "clearInterval", "setImmediate"] as const;

/** Has Node's timers, clock and dice be those of `current` until the returned function is called. */
export function installTime(current: () => { time: VirtualTime; random: () => number }): () => void {
  const real = Object.fromEntries(patched.map((name) => [name, Reflect.get(globalThis, name)]));
  const realSleep = timersPromises.setTimeout;
  const realRandom = Math.random;
  const plan = (ms: number | undefined, act: () => void) => current().time.after(ms ?? 0, current().time.life, act);
  const cancel = (planned: Planned | undefined) => void (planned !== undefined && (planned.over = true));
  Object.assign(globalThis, {
    setTimeout: (act: () => void, ms?: number) => plan(ms, act),
    setImmediate: (act: () => void) => plan(current().random() < 0.2 ? current().random() * 3 : 0, act),
    setInterval: (act: () => void, ms: number) => current().time.every(ms, current().time.life, act),
    clearTimeout: cancel,
    clearInterval: cancel,
  });
  Object.assign(timersPromises, { setTimeout: (ms: number) => new Promise<void>((resolve) => plan(ms, resolve)) });
  Object.assign(performance, { now: () => current().time.now });
  Math.random = () => current().random();
  syncBuiltinESMExports();
  return () => {
    Object.assign(globalThis, real);
    Object.assign(timersPromises, { setTimeout: realSleep });
    Reflect.deleteProperty(performance, "now");
    Math.random = realRandom;
    syncBuiltinESMExports();
  };
}
