/**
 * A map that forgets what was used longest ago, so that what users write cannot grow it without end. For things costly
 * to make and cheap to hold; `onEvict` closes what has to be closed.
 */
export class BoundedCache<Key, Value> {
  readonly #entries = new Map<Key, Value>();
  readonly #limit: number;
  readonly #onEvict: ((value: Value) => void) | undefined;

  constructor(limit: number, onEvict?: (value: Value) => void) {
    this.#limit = limit;
    this.#onEvict = onEvict;
  }

  get(key: Key): Value | undefined {
    const value = this.#entries.get(key);
    // Renewing the place on every hit would cost two map writes per call; below half full nothing is evicted soon.
    if (value !== undefined && this.#entries.size * 2 > this.#limit) {
      this.#entries.delete(key);
      this.#entries.set(key, value);
    }
    return value;
  }

  set(key: Key, value: Value): void {
    this.#entries.delete(key);
    this.#entries.set(key, value);
    if (this.#entries.size <= this.#limit) return;
    for (const [oldest, evicted] of this.#entries) {
      this.#entries.delete(oldest);
      this.#onEvict?.(evicted);
      break;
    }
  }

  /** The value under `key`, made by `make` where there is none. What `make` throws is thrown, and nothing is held. */
  getOrMake(key: Key, make: (key: Key) => Value): Value {
    const held = this.get(key);
    if (held !== undefined) return held;
    const made = make(key);
    this.set(key, made);
    return made;
  }

  delete(key: Key): void {
    this.#entries.delete(key);
  }

  values(): IterableIterator<Value> {
    return this.#entries.values();
  }
}
