/** What is to be said for the results that a worker has claimed, read with the claim. */
import { readPlannedConversations } from "@rhesis/db/queries/conversation";
import type { Tx } from "@rhesis/db/tenant";
import type { ConversationPlan } from "@rhesis/engine/conversation/schema";
import type { ClaimedResult } from "./execute-types.ts";

export class PlannedConversations {
  readonly #plans = new Map<string, ConversationPlan>();

  async read(tx: Tx, rows: readonly ClaimedResult[]): Promise<void> {
    const ids = rows.map((row) => row.id);
    for (const { id, plan } of await readPlannedConversations(tx, ids)) this.#plans.set(id, plan);
  }

  /** Once for each result. */
  take({ id }: ClaimedResult): ConversationPlan | undefined {
    const plan = this.#plans.get(id);
    this.#plans.delete(id);
    return plan;
  }
}
