import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { BudgetSpentError, nothing, sum, type Amount, type Reservation } from "./budget.ts";
import { BudgetLedger } from "./budget-ledger.ts";

const tokens = (count: number): Amount => ({ tokens: count, nanodollars: 0 });
const capped = (count: number): Amount => ({ tokens: count, nanodollars: Infinity });

/** What is stored of a book, and how often. */
class Store {
  caps: Amount;
  granted: Amount = nothing;
  writes = 0;
  readonly refusals: string[] = [];

  constructor(caps: Amount) {
    this.caps = caps;
  }

  ledger(): BudgetLedger {
    const extend = async (granted: Amount): Promise<Amount> => {
      this.writes += 1;
      this.granted = granted;
      return this.caps;
    };
    const finite = { tokens: finiteOr0(this.granted.tokens), nanodollars: finiteOr0(this.granted.nanodollars) };
    const spent = (reason: string) => void this.refusals.push(reason);
    return new BudgetLedger({ extend, spent }, { caps: this.caps, booked: finite });
  }
}

function finiteOr0(value: number): number {
  return Number.isFinite(value) ? value : 0;
}

const settled = () => new Promise<void>((resolve) => setImmediate(resolve));

test("a call waits for room that others leave, and is made when they use less than they might", async () => {
  const ledger = new Store(capped(1_000)).ledger();
  const first = await ledger.reserve(tokens(800));
  const second = ledger.reserve(tokens(800));
  await settled();
  expect(ledger.held.tokens).toBe(800);
  first.settle(tokens(200));
  (await second).settle(tokens(700));
  expect(ledger.booked.tokens).toBe(900);
});

test("what can never fit is refused with the numbers, in order, and smaller calls still go", async () => {
  const store = new Store(capped(50_000));
  const ledger = store.ledger();
  (await ledger.reserve(tokens(49_000))).settle(tokens(48_910));
  const reason =
    "The budget of 50,000 tokens is spent: 48,910 are booked, and the next call of a model may need up to 2,300. Raise it or cancel the run.";
  await expect(ledger.reserve(tokens(2_300))).rejects.toEqual(new BudgetSpentError(reason));
  expect(store.refusals).toEqual([reason]);
  expect(ledger.refusal(tokens(2_300))).toBe(reason);
  (await ledger.reserve(tokens(1_000))).settle(tokens(900));
  expect(ledger.booked.tokens).toBe(49_810);
});

test("money is kept to like tokens, and a cap that was raised meanwhile is found before anything is refused", async () => {
  const store = new Store({ tokens: Infinity, nanodollars: 2e9 });
  const ledger = store.ledger();
  const dollars = (count: number): Amount => ({ tokens: 10, nanodollars: count * 1e9 });
  (await ledger.reserve(dollars(2))).settle(dollars(1.5));
  store.caps = { tokens: Infinity, nanodollars: 3e9 };
  (await ledger.reserve(dollars(1))).settle(dollars(1));
  await expect(ledger.reserve(dollars(1))).rejects.toThrow(
    "The budget of $3.00 is spent: $2.50 are booked, and the next call of a model may cost up to $1.00.",
  );
});

test("one that is aborted while it waits holds up nobody, and one whose book cannot be kept is not made", async () => {
  const ledger = new Store(capped(1_000)).ledger();
  const held = await ledger.reserve(tokens(600));
  const stop = new AbortController();
  const waits = ledger.reserve(tokens(900), stop.signal);
  const small = ledger.reserve(tokens(400));
  stop.abort(new Error("enough"));
  await expect(waits).rejects.toThrow("enough");
  (await small).settle(tokens(1));
  held.settle(tokens(600));
  const lost = new BudgetLedger(
    { extend: () => Promise.reject(new Error("lost")) },
    { caps: capped(9), booked: nothing },
  );
  await expect(lost.reserve(tokens(1))).rejects.toThrow("lost");
});

test("a provider that says more than it may is believed, and every bound after it is raised by as much", async () => {
  const ledger = new Store(capped(10_000)).ledger();
  (await ledger.reserve(tokens(1_000))).settle(tokens(3_000));
  await ledger.reserve(tokens(1_000));
  expect(ledger.held.tokens).toBe(6_000);
});

test("the book is written a few times, not for each call", async () => {
  const store = new Store(capped(1_000_000));
  const ledger = store.ledger();
  for (let call = 0; call < 1_900; call += 1) (await ledger.reserve(tokens(1_000))).settle(tokens(500));
  expect(ledger.booked.tokens).toBe(950_000);
  expect(store.writes).toBeLessThanOrEqual(20);
});

type Step =
  | { do: "reserve"; most: number }
  | { do: "settle"; which: number; share: number }
  | { do: "crash" }
  | { do: "raise"; by: number };

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 8, arbitrary: fc.record({ do: fc.constant("reserve" as const), most: fc.integer({ min: 1, max: 400 }) }) },
  {
    weight: 8,
    arbitrary: fc.record({
      do: fc.constant("settle" as const),
      which: fc.nat(20),
      share: fc.double({ min: 0, max: 1, noNaN: true }),
    }),
  },
  { weight: 1, arbitrary: fc.constant({ do: "crash" as const }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("raise" as const), by: fc.integer({ min: 1, max: 500 }) }) },
);

type Open = { bound: Amount; reservation: Reservation };

/** Plays steps; whatever was asked and not settled when its executor crashed has used all that it may. */
async function play(steps: Step[], most: number, times: number): Promise<{ overdrawn: number; atOnce: number }> {
  // Two tokens cost as much as a dollar's billionth: both caps bind.
  const amount = (count: number): Amount => ({ tokens: count, nanodollars: Math.ceil(count / 2) });
  const store = new Store(amount(most));
  let ledger = store.ledger();
  let open: Open[] = [];
  let used = nothing;
  let atOnce = 0;
  let overdrawn = 0;
  for (const next of steps) {
    if (next.do === "reserve") {
      const bound = amount(next.most);
      void ledger.reserve(bound).then(
        (reservation) => open.push({ bound, reservation }),
        () => undefined,
      );
    } else if (next.do === "settle" && open.length > 0) {
      const [call] = open.splice(next.which % open.length, 1);
      const some = amount(Math.ceil((call?.bound.tokens ?? 0) * next.share * times));
      used = sum(used, some);
      call?.reservation.settle(some);
    } else if (next.do === "raise") {
      store.caps = sum(store.caps, amount(next.by));
    } else if (next.do === "crash") {
      used = sum(used, ...open.map(({ bound }) => bound));
      open = [];
      ledger = store.ledger();
    }
    await settled();
    atOnce = Math.max(atOnce, sum(...open.map(({ bound }) => bound)).tokens);
    overdrawn = Math.max(overdrawn, used.tokens - store.caps.tokens, ledger.booked.tokens - store.caps.tokens);
    overdrawn = Math.max(overdrawn, used.nanodollars - store.caps.nanodollars);
  }
  return { overdrawn, atOnce };
}

describe("whatever is asked, however it ends, whoever crashes", () => {
  test("no more than the caps is ever used or booked", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 60 }), fc.integer({ min: 1, max: 3_000 }), async (steps, most) => {
        expect((await play(steps, most, 1)).overdrawn).toBeLessThanOrEqual(0);
      }),
      { numRuns: 300 },
    );
  });

  test("where a provider says up to three times as much, it is exceeded by calls that were under way then, and no others", async () => {
    const uncrashed = fc.array(
      step.filter((next) => next.do !== "crash"),
      { maxLength: 60 },
    );
    await fc.assert(
      fc.asyncProperty(uncrashed, fc.integer({ min: 1, max: 3_000 }), async (steps, most) => {
        const { overdrawn, atOnce } = await play(steps, most, 3);
        // Parts of tokens are rounded up, one for each call at most.
        expect(overdrawn).toBeLessThanOrEqual(2 * atOnce + steps.length);
      }),
      { numRuns: 200 },
    );
  });
});
