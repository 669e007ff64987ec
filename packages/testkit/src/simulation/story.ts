/** A history in words, one line for each thing that happened, so that a seed that fails can be read. */
import type { Row } from "./rows.ts";
import type { Happening } from "./script.ts";
import type { Committed } from "./simulated-database.ts";
import type { VirtualTime } from "./virtual-time.ts";

export class Story {
  readonly lines: string[] = [];
  readonly #time: VirtualTime;
  /** Tokens are random: they are told by the order in which they came. */
  readonly #tokens = new Map<unknown, string>();

  constructor(time: VirtualTime) {
    this.#time = time;
  }

  add(line: string): void {
    this.lines.push(`${this.#time.now.toFixed(0).padStart(6)} ${line}`);
  }

  happened(what: Happening): void {
    this.add(`--- ${Object.values(what).join(" ")}`);
  }

  committed({ before, after }: Committed): void {
    for (const [slot, row] of after.rows.entries()) {
      const was = before.rows[slot];
      if (was !== row) this.add(`    ${nameOf(row)}: ${this.#changes(was, row)}`);
    }
  }

  #changes(was: Row | undefined, row: Row): string {
    const changed = Object.entries(row).filter(
      ([name, value]) => was === undefined || Reflect.get(was, name) !== value,
    );
    return changed
      .map(([name, value]) => `${name} ${name === "lease_token" ? this.#token(value) : String(value)}`)
      .join(", ");
  }

  #token(token: unknown): string {
    const known = this.#tokens.get(token) ?? `#${this.#tokens.size + 1}`;
    this.#tokens.set(token, known);
    return known;
  }
}

function nameOf(row: Row): string {
  if ("test_id" in row) return `result ${row.slot - 1}`;
  return "lease_until" in row ? "job" : "run";
}
