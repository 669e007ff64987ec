/** The budget of a run at work: its ledger, and what of it is stored so that the next executor keeps to it too. */
import { reserveBudget, settleBudget, type BookedBudget, type RunCaps } from "@rhesis/db/queries/run-budget";
import type { RunLease, TakenRun } from "@rhesis/db/queries/run-execution";
import { amountOf, type Amount, type ModelBudget } from "@rhesis/engine/model/budget";
import { BudgetLedger } from "@rhesis/engine/model/budget-ledger";
import { leastBound } from "@rhesis/engine/model/call-meter";
import type { RetryingWrite } from "./execute-retry.ts";
import { LostRunError, type ExecutionTools } from "./execute-types.ts";

const nanodollarsOfDollar = 1e9;

type Means = { write: RetryingWrite; log: ExecutionTools["log"]; pause: (reason: string) => void };

export class RunBudget {
  readonly #lease: RunLease;
  readonly #means: Means;
  readonly #taken: TakenRun;
  readonly #ledger: BudgetLedger;
  #reserved = false;

  /** Null where the run has no cap, or asks no model. */
  static of(lease: RunLease, taken: TakenRun, means: Means): RunBudget | null {
    const { max_tokens, max_cost } = taken.budget;
    if ((max_tokens === null && max_cost === null) || taken.plan.models.length === 0) return null;
    return new RunBudget(lease, taken, means);
  }

  private constructor(lease: RunLease, taken: TakenRun, means: Means) {
    this.#lease = lease;
    this.#taken = taken;
    this.#means = means;
    const { booked_tokens: tokens, booked_cost } = taken.budget;
    const booked = { tokens, nanodollars: Math.round(booked_cost * nanodollarsOfDollar) };
    const extend = (granted: Amount) => this.#extend(granted);
    this.#ledger = new BudgetLedger({ extend, spent: means.pause }, { caps: capsOf(taken.budget), booked });
  }

  get models(): ModelBudget {
    return this.#ledger;
  }

  get booked(): BookedBudget {
    const { tokens, nanodollars } = this.#ledger.booked;
    return { booked_tokens: tokens, booked_cost: nanodollars / nanodollarsOfDollar };
  }

  /** Has the run rest where not even the shortest question can be asked of any of its models. */
  pauseIfSpent(): void {
    const refusals = this.#taken.plan.models.map(({ config }) => this.#ledger.refusal(amountOf(config, leastBound)));
    const [reason] = refusals;
    if (typeof reason === "string" && !refusals.includes(null)) this.#means.pause(reason);
  }

  /** Stores what was used. What is under way stays reserved; without it, all that was reserved would count as used. */
  async settle(): Promise<void> {
    const { booked } = this;
    if (!this.#reserved) return;
    const { tokens, nanodollars } = this.#ledger.held;
    const reserved = { reserved_tokens: tokens, reserved_cost: nanodollars / nanodollarsOfDollar };
    try {
      await this.#means.write((tx) => settleBudget(tx, this.#lease, { ...booked, ...reserved }));
      this.#reserved = false;
    } catch (err) {
      if (err instanceof LostRunError) return;
      this.#means.log.warn({ err, test_run_id: this.#lease.test_run_id }, "the budget of a run could not be settled");
    }
  }

  async #extend({ tokens, nanodollars }: Amount): Promise<Amount> {
    const reserved = {
      ...(Number.isFinite(tokens) && { reserved_tokens: tokens }),
      ...(Number.isFinite(nanodollars) && { reserved_cost: nanodollars / nanodollarsOfDollar }),
    };
    this.#reserved = true;
    const caps = await this.#means.write((tx) => reserveBudget(tx, this.#lease, reserved));
    if (caps === undefined) throw new LostRunError("the run belongs to somebody else");
    return capsOf(caps);
  }
}

function capsOf({ max_tokens, max_cost }: RunCaps): Amount {
  return {
    tokens: max_tokens ?? Infinity,
    nanodollars: max_cost === null ? Infinity : Math.round(max_cost * nanodollarsOfDollar),
  };
}
