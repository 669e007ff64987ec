/** A tiny request to a model, to tell whether address, key and name are right. */
import type { SecretBox } from "@rhesis/auth/sealed-secret";
import { getSealedModel } from "@rhesis/db/queries/model";
import type { Tx } from "@rhesis/db/tenant";
import { createJudgeModel } from "@rhesis/engine/model/judge-model";
import type { ModelConfig, ModelUsage } from "@rhesis/engine/model/schema";
import { tryModel as askForAWord } from "@rhesis/engine/model/try-model";
import type { AddressPolicy } from "@rhesis/engine/target/address-policy";
import { invalid } from "@rhesis/telemetry/app-error";
import { modelConfigOf, openModelKey, sameKeyPlace } from "./config.ts";

/** `read` opens a short transaction; none is open during the call. */
export type ModelMeans = {
  read: <T>(work: (tx: Tx) => Promise<T>) => Promise<T>;
  secrets: SecretBox;
  address_policy: AddressPolicy;
  organization_id: string;
};

/** The longest that a person waits for a trial, in milliseconds. */
export const trialTimeoutMs = 30_000;

export type ModelDraft = { id?: string | undefined; config?: ModelConfig | undefined; api_key?: string | undefined };

/**
 * Tries a stored model, a draft, or a draft with the key of a stored model, which serves it only where it goes to the
 * same place. What the provider does is in the answer. @throws not_found
 */
export async function tryModel(
  means: ModelMeans,
  draft: ModelDraft,
): Promise<{ ok: boolean; message: string; latency_ms: number; usage: ModelUsage }> {
  const { id } = draft;
  const stored = id === undefined ? undefined : await means.read((tx) => getSealedModel(tx, id));
  const config = draft.config ?? (stored === undefined ? undefined : modelConfigOf(stored));
  if (config === undefined) throw invalid("Name a model or give a config.");
  let key = draft.api_key ?? null;
  if (key === null && stored !== undefined && sameKeyPlace(stored, config)) key = openModelKey(means, stored);
  const options = { policy: means.address_policy, timeout_ms: trialTimeoutMs, max_retries: 0 };
  return askForAWord(createJudgeModel(config, key, options));
}
