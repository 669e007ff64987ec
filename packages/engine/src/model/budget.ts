/** What the models of a run may use: reserved before each call, booked after it. */
import type { ModelConfig, ModelUsage } from "./schema.ts";

/** Whole tokens, and whole billionths of a US dollar: sums are exact. */
export type Amount = { tokens: number; nanodollars: number };

/** Room for one call; `settle` replaces it by what was used, once. */
export type Reservation = { settle(used: Amount): void };

export type ModelBudget = {
  /**
   * Resolves when there is room for a call that uses at most `bound`.
   * @throws BudgetSpentError where there will be none; the reason of `signal` where it is aborted before
   */
  reserve(bound: Amount, signal?: AbortSignal): Promise<Reservation>;
};

/** Nothing may be asked any more. The message is for people. */
export class BudgetSpentError extends Error {
  override name = "BudgetSpentError";
}

export const nothing: Amount = { tokens: 0, nanodollars: 0 };

const units = ["tokens", "nanodollars"] as const;

export function sum(...parts: Amount[]): Amount {
  return parts.reduce(
    (total, part) => ({
      tokens: total.tokens + part.tokens,
      nanodollars: total.nanodollars + part.nanodollars,
    }),
    nothing,
  );
}

export function difference(a: Amount, b: Amount): Amount {
  return { tokens: a.tokens - b.tokens, nanodollars: a.nanodollars - b.nanodollars };
}

export function fits(amount: Amount, room: Amount): boolean {
  return units.every((unit) => amount[unit] <= room[unit]);
}

/** Each unit by itself, from those of two amounts. */
export function each(a: Amount, b: Amount, of: (a: number, b: number) => number): Amount {
  return { tokens: of(a.tokens, b.tokens), nanodollars: of(a.nanodollars, b.nanodollars) };
}

/** What tokens of a model come to. A part of a billionth is a whole one; without a price it costs nothing here. */
export function amountOf(
  { input_price, output_price }: Pick<ModelConfig, "input_price" | "output_price">,
  { input_tokens, output_tokens }: { input_tokens: number; output_tokens: number },
): Amount {
  // Prices are dollars for a million tokens.
  const nanodollars = (input_tokens * (input_price ?? 0) + output_tokens * (output_price ?? 0)) * 1000;
  return { tokens: input_tokens + output_tokens, nanodollars: Math.ceil(nanodollars) };
}

export type CallBound = { input_tokens: number; output_tokens: number };

/** More than this no call can have used, whatever its provider says. */
const mostTokens = 1e9;

/**
 * What a call used by what its provider says; what it does not say, or cannot be, is taken to be all that it may have
 * been. No call reads nothing.
 */
export function usedAmount(
  config: Pick<ModelConfig, "input_price" | "output_price">,
  bound: CallBound,
  { input_tokens, output_tokens }: Pick<ModelUsage, "input_tokens" | "output_tokens">,
): Amount {
  if (input_tokens === null || !(input_tokens > 0)) return amountOf(config, bound);
  const output = output_tokens !== null && output_tokens >= 0 ? output_tokens : bound.output_tokens;
  return amountOf(config, {
    input_tokens: Math.min(Math.ceil(input_tokens), mostTokens),
    output_tokens: Math.min(Math.ceil(output), mostTokens),
  });
}

/** Why nothing is asked any more, for people. */
export function spentReason(caps: Amount, booked: Amount, need: Amount): string {
  const end = "Raise it or cancel the run.";
  if (booked.tokens + need.tokens > caps.tokens) {
    const [cap, used, next] = [caps.tokens, booked.tokens, need.tokens].map((tokens) => tokens.toLocaleString("en"));
    return `The budget of ${cap} tokens is spent: ${used} are booked, and the next call of a model may need up to ${next}. ${end}`;
  }
  const [cap, used, next] = [caps.nanodollars, booked.nanodollars, need.nanodollars].map(dollars);
  return `The budget of ${cap} is spent: ${used} are booked, and the next call of a model may cost up to ${next}. ${end}`;
}

const nanodollarsOfDollar = 1e9;

function dollars(nanodollars: number): string {
  const options = { style: "currency", currency: "USD", maximumFractionDigits: 6 } as const;
  return (nanodollars / nanodollarsOfDollar).toLocaleString("en-US", options);
}
