/** Counts each request to a provider against a budget: before it is sent, and when it is known what it used. */
import { amountOf, nothing, usedAmount, type CallBound, type ModelBudget, type Reservation } from "./budget.ts";
import type { GuardedFetch } from "./guarded-fetch.ts";
import { wasNotSent } from "./not-sent.ts";
import type { PausableTimeout } from "./pausable-timeout.ts";
import type { ModelConfig, ModelUsage } from "./schema.ts";

/**
 * Tokens that a provider may add to what it is sent: the marks of each message (a dozen), and what it says to the
 * model about tools and structured output, of which the longest that any documents is 530.
 */
const addedTokens = 1_024;

/** Most output tokens of one call; tokens of reasoning count among them. */
export const mostOutputTokens = 8_192;

/** No call of a model can do with a smaller budget than this. In tokens. */
export const leastBound: CallBound = { input_tokens: addedTokens, output_tokens: mostOutputTokens };

/** Answers of a provider that are given before a model reads anything. */
const unread = new Set([301, 302, 303, 307, 308, 401, 403, 404, 413, 429]);

type Charged = { bound: CallBound; reservation: Reservation };

/** The requests of one judgement: one, and one more for each time that it is tried again. */
export class CallMeter {
  readonly #config: ModelConfig;
  readonly #budget: ModelBudget;
  readonly #timeout: PausableTimeout;
  #charged: Charged | null = null;
  #refusal: { error: unknown } | null = null;

  /** @param timeout that of the judgement, which stands still while it waits for room */
  constructor(config: ModelConfig, budget: ModelBudget, timeout: PausableTimeout) {
    this.#config = config;
    this.#budget = budget;
    this.#timeout = timeout;
  }

  /** Why a request was not made, where the budget had no room for it. */
  get refusal(): { error: unknown } | null {
    return this.#refusal;
  }

  /** Makes requests for which there is room, and books those that fail. */
  over(fetch: GuardedFetch, signal: AbortSignal | undefined): GuardedFetch {
    return async (input, init) => {
      this.settle();
      const bound = boundOf(init?.body);
      this.#charged = { bound, reservation: await this.#reserve(bound, signal) };
      try {
        const response = await fetch(input, init);
        if (unread.has(response.status)) this.#release();
        return response;
      } catch (error) {
        if (wasNotSent(error)) this.#release();
        throw error;
      }
    };
  }

  /** Books the request under way: by what its provider says it used, and else by all that it may have used. */
  settle(
    usage: Pick<ModelUsage, "input_tokens" | "output_tokens"> = { input_tokens: null, output_tokens: null },
  ): void {
    if (this.#charged === null) return;
    const { bound, reservation } = this.#charged;
    this.#charged = null;
    reservation.settle(usedAmount(this.#config, bound, usage));
  }

  #release(): void {
    this.#charged?.reservation.settle(nothing);
    this.#charged = null;
  }

  async #reserve(bound: CallBound, signal: AbortSignal | undefined): Promise<Reservation> {
    this.#timeout.stop();
    try {
      return await this.#budget.reserve(amountOf(this.#config, bound), signal);
    } catch (error) {
      this.#refusal = { error };
      throw error;
    } finally {
      this.#timeout.go();
    }
  }
}

/**
 * The most that a request can use. No token stands for less than a byte, and JSON makes a text no shorter.
 * @throws where it does not limit its output
 */
export function boundOf(body: unknown): CallBound {
  if (typeof body !== "string") throw new Error("a request to a model is JSON");
  const output_tokens = outputLimit(JSON.parse(body) as OutputLimits);
  if (output_tokens === undefined) throw new Error("a request to a model limits its output");
  return { input_tokens: Buffer.byteLength(body) + addedTokens, output_tokens };
}

type OutputLimits = {
  max_tokens?: number;
  max_completion_tokens?: number;
  generationConfig?: { maxOutputTokens?: number };
};

function outputLimit({ max_tokens, max_completion_tokens, generationConfig }: OutputLimits): number | undefined {
  return max_completion_tokens ?? max_tokens ?? generationConfig?.maxOutputTokens;
}
