/** Lets oidc-provider keep its sessions, grants and tokens in a key-value store. */
import type { Adapter, AdapterPayload } from "oidc-provider";
import type { KeyValueStore } from "./store.ts";

const revocationDays = 30;

/** What ends with its grant. An interaction names a grant, too, but goes on without it. */
const revocable: ReadonlySet<string> = new Set(["AccessToken", "AuthorizationCode", "RefreshToken"]);

/**
 * One adapter per kind of thing. A revoked grant leaves a mark that outlives its tokens, so revoking needs no list of
 * them and cannot miss one that is being issued at the same moment.
 */
export function createAdapter(store: KeyValueStore, model: string): Adapter {
  const keyOf = (id: string): string => `${model}:${id}`;
  const find = async (id: string): Promise<AdapterPayload | undefined> => {
    const payload = (await store.get(keyOf(id))) as AdapterPayload | undefined;
    if (payload?.grantId === undefined || !revocable.has(model)) return payload;
    return (await store.get(`revoked:${payload.grantId}`)) === undefined ? payload : undefined;
  };
  return {
    find,
    upsert: async (id, payload, expiresIn) => {
      const expiresAt = expiresIn ? new Date(Date.now() + expiresIn * 1000) : undefined;
      await store.set(keyOf(id), payload, expiresAt);
      if (model === "Session" && payload.uid !== undefined) await store.set(`uid:${payload.uid}`, id, expiresAt);
      if (payload.userCode !== undefined) await store.set(`user_code:${payload.userCode}`, id, expiresAt);
    },
    findByUid: (uid) => findVia(store, `uid:${uid}`, find),
    findByUserCode: (userCode) => findVia(store, `user_code:${userCode}`, find),
    consume: async (id) => {
      const payload = (await store.get(keyOf(id))) as AdapterPayload | undefined;
      if (payload === undefined) return;
      const expiresAt = payload.exp === undefined ? undefined : new Date(payload.exp * 1000);
      await store.set(keyOf(id), { ...payload, consumed: Math.floor(Date.now() / 1000) }, expiresAt);
    },
    destroy: (id) => store.delete(keyOf(id)),
    revokeByGrantId: (grantId) =>
      store.set(`revoked:${grantId}`, true, new Date(Date.now() + revocationDays * 86_400_000)),
  };
}

async function findVia(
  store: KeyValueStore,
  pointer: string,
  find: (id: string) => Promise<AdapterPayload | undefined>,
): Promise<AdapterPayload | undefined> {
  const id = await store.get(pointer);
  return typeof id === "string" ? find(id) : undefined;
}
