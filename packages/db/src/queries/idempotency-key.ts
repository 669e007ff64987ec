/** SQL of idempotency keys. */
import type { Tx } from "../tenant.ts";

export type IdempotentCall = { user_id: string; key: string; request_hash: Buffer };

/** Null where the key is new and now this call's; waits for a call that is under way with the same key. */
export async function claimIdempotencyKey(
  tx: Tx,
  call: IdempotentCall,
): Promise<{ request_hash: Buffer; body: unknown } | null> {
  const claimed = await tx
    .insertInto("idempotency_key")
    .values(call)
    .onConflict((conflict) => conflict.doNothing())
    .returning("key")
    .executeTakeFirst();
  if (claimed !== undefined) return null;
  return tx
    .selectFrom("idempotency_key")
    .select(["request_hash", "body"])
    .where("user_id", "=", call.user_id)
    .where("key", "=", call.key)
    .executeTakeFirstOrThrow();
}

/** Keeps what the call that claimed the key was answered, for its repetitions. */
export async function storeIdempotentAnswer(
  tx: Tx,
  answer: { user_id: string; key: string; body: unknown },
): Promise<void> {
  await tx
    .updateTable("idempotency_key")
    .set({ body: JSON.stringify(answer.body) })
    .where("user_id", "=", answer.user_id)
    .where("key", "=", answer.key)
    .execute();
}
