/** A creating call that is repeated with the same Idempotency-Key is answered from its first answer. */
import { createHash } from "node:crypto";
import { middlewareMarker } from "@trpc/server/unstable-core-do-not-import";
import { claimIdempotencyKey, storeIdempotentAnswer } from "@rhesis/db/queries/idempotency-key";
import type { Tx } from "@rhesis/db/tenant";
import { AppError } from "@rhesis/telemetry/app-error";
import type { RequestContext } from "./context.ts";
import { packAnswer, unpackAnswer } from "./packed-answer.ts";

/** What these answer is shown once and stored nowhere. */
const secretAnswers: ReadonlySet<string> = new Set(["api_token.create"]);

export type IdempotentCall = {
  ctx: RequestContext;
  user_id: string;
  path: string;
  getRawInput: () => Promise<unknown>;
};

/**
 * Runs `run` unless the key was used: then the stored answer, or a conflict where the call was another one. The key is
 * claimed in the transaction of the call, so it is used exactly if the call took effect.
 */
export async function replayOrRun<R extends { ok: boolean }>(
  tx: Tx,
  { ctx, user_id, path, getRawInput }: IdempotentCall,
  run: () => Promise<R>,
): Promise<R> {
  const key = ctx.idempotency_key;
  if (key === null) return run();
  const call = JSON.stringify([path, await getRawInput()], asText);
  const request_hash = createHash("sha256").update(call).digest();
  const earlier = await claimIdempotencyKey(tx, { user_id, key, request_hash });
  if (earlier === null) {
    const result = await run();
    if ("data" in result && !secretAnswers.has(path)) {
      await storeIdempotentAnswer(tx, { user_id, key, body: packAnswer(result.data) });
    }
    return result;
  }
  if (!earlier.request_hash.equals(request_hash)) {
    throw new AppError("conflict", "This Idempotency-Key was used for another call. Use a new one.");
  }
  if (secretAnswers.has(path)) {
    throw new AppError("conflict", "This call took effect before. Its answer holds a secret and is not shown again.");
  }
  const data = unpackAnswer(earlier.body);
  return { marker: middlewareMarker, ok: true, data, ctx } as unknown as R;
}

/** An id that one person's key always gives and nobody else's does: a UUID of version 8. */
export function idOfKey(user_id: string, key: string): string {
  const bytes = createHash("sha256").update(`${user_id} ${key}`).digest().subarray(0, 16);
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x80, 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  return bytes.toString("hex").replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}

function asText(_key: string, value: unknown): unknown {
  return typeof value === "bigint" ? String(value) : value;
}
