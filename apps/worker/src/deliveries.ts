/** What a worker has in hand, and whose it is. */
import { runJob, type JobRunner } from "@rhesis/jobs/run-job";

/** Of the places of a worker, a quarter is kept for organizations that have none of them. */
const keptShare = 0.25;

export class Deliveries {
  readonly #runner: JobRunner;
  readonly #places: number;
  readonly #open = new Map<Promise<void>, unknown>();

  /** @param places jobs done at once */
  constructor(runner: JobRunner, places: number) {
    this.#runner = runner;
    this.#places = places;
  }

  /**
   * Does what was delivered. Where its organization has places already and only the kept ones are free, it is left in
   * line: the sweep offers it again, so that one organization's many runs do not shut out another's few.
   */
  take(delivered: unknown): Promise<void> {
    const organization_id = organizationOf(delivered);
    if (this.#isCrowdedBy(organization_id)) return Promise.resolve();
    const work: Promise<void> = runJob(this.#runner, delivered).finally(() => this.#open.delete(work));
    this.#open.set(work, organization_id);
    return work;
  }

  /** Resolves when all have ended, or after `ms`: then leases run out and others go on. */
  async ended(ms: number): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise((resolve) => (timer = setTimeout(resolve, ms)));
    await Promise.race([Promise.allSettled(this.#open.keys()), late]);
    clearTimeout(timer);
  }

  #isCrowdedBy(organization_id: unknown): boolean {
    const free = this.#places - this.#open.size;
    return free <= Math.floor(this.#places * keptShare) && [...this.#open.values()].includes(organization_id);
  }
}

function organizationOf(delivered: unknown): unknown {
  return typeof delivered === "object" && delivered !== null && "organization_id" in delivered
    ? delivered.organization_id
    : undefined;
}
