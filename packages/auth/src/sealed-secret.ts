import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";

/** Where a secret is stored. It opens nowhere else, so that a copied value is worth nothing in another row. */
export type SecretPlace = { organization_id: string; table: string; column: string; row_id: string };

export type SecretKeys = { current: string; keys: Record<string, Buffer> };

export type SecretBox = {
  /** Encrypts with the current key: `v1.<key id>.<nonce>.<ciphertext and tag>`, the last two in base64url. */
  seal(plain: string, place: SecretPlace): string;
  /** Throws `SealedSecretError` where the secret was altered, belongs elsewhere, or its key is not there. */
  open(sealed: string, place: SecretPlace): string;
  /** True where a secret was sealed with another than the current key, or in another format. */
  needsRotation(sealed: string): boolean;
};

/** Says what is wrong without secrets, keys or ciphertext. */
export class SealedSecretError extends Error {}

const keyId = /^[A-Za-z0-9_-]{1,32}$/;
const keyBytes = 32;
const nonceBytes = 12;
const tagBytes = 16;

/** AES-256-GCM with a random 96-bit nonce (NIST SP 800-38D): rotate a key long before 2^32 secrets. */
export function createSecretBox({ current, keys }: SecretKeys): SecretBox {
  const held = new Map(Object.entries(keys));
  for (const [id, key] of held) checkKey(id, key);
  const currentKey = held.get(current);
  if (currentKey === undefined) throw new SealedSecretError("The current secret key is not among the keys");
  return {
    seal: (plain, place) => seal(plain, place, { id: current, key: currentKey }),
    open(sealed, place) {
      const parts = split(sealed);
      const key = parts && held.get(parts.id);
      if (parts === null) throw new SealedSecretError("A stored secret has an unknown format");
      if (!key) throw new SealedSecretError(`The key "${parts.id}" that a secret was sealed with is not configured`);
      return open(parts, place, key);
    },
    needsRotation: (sealed) => split(sealed)?.id !== current,
  };
}

/** Reads `id:base64,id:base64`, each key 32 bytes; the first seals, all open. Errors tell no part of a key. */
export function parseSecretKeys(text: string): SecretKeys {
  const entries = text.split(",").map((entry) => entry.trim());
  const keys: Record<string, Buffer> = Object.create(null) as Record<string, Buffer>;
  let current: string | null = null;
  for (const [index, entry] of entries.entries()) {
    const colon = entry.indexOf(":");
    const id = entry.slice(0, Math.max(colon, 0));
    const encoded = entry.slice(colon + 1);
    const place = `Secret key ${index + 1}`;
    if (!keyId.test(id))
      throw new SealedSecretError(`${place} must start with a name of letters and digits and a colon`);
    if (id in keys) throw new SealedSecretError(`${place} has the same name as one before it`);
    const key = Buffer.from(encoded, "base64");
    const isBase64 = /^[A-Za-z0-9+/_-]+={0,2}$/.test(encoded);
    if (!isBase64 || key.length !== keyBytes) throw new SealedSecretError(`${place} must be 32 bytes in base64`);
    keys[id] = key;
    current ??= id;
  }
  return { current: current ?? "", keys };
}

function checkKey(id: string, key: Buffer): void {
  if (!keyId.test(id)) throw new SealedSecretError("A secret key has a name that is not letters and digits");
  if (key.length !== keyBytes) throw new SealedSecretError(`The secret key "${id}" is not 32 bytes long`);
}

type Sealed = { id: string; nonce: Buffer; body: Buffer };

function split(sealed: string): Sealed | null {
  const [version, id = "", nonce = "", body = "", ...more] = sealed.split(".");
  const parts = { id, nonce: Buffer.from(nonce, "base64url"), body: Buffer.from(body, "base64url") };
  const isWhole = parts.nonce.length === nonceBytes && parts.body.length >= tagBytes && more.length === 0;
  // Decoding skips what is not base64url; only the one spelling of each value is accepted.
  const isCanonical = parts.nonce.toString("base64url") === nonce && parts.body.toString("base64url") === body;
  return version === "v1" && keyId.test(id) && isWhole && isCanonical ? parts : null;
}

/** A list in JSON, because joining with a separator would let two places look alike. The key id is bound too. */
function associatedData(place: SecretPlace, id: string): Buffer {
  return Buffer.from(JSON.stringify(["v1", id, place.organization_id, place.table, place.column, place.row_id]));
}

function seal(plain: string, place: SecretPlace, { id, key }: { id: string; key: Buffer }): string {
  if (!plain.isWellFormed()) throw new SealedSecretError("A secret holds a character that cannot be stored");
  const nonce = randomBytes(nonceBytes);
  const cipher = createCipheriv("aes-256-gcm", key, nonce, { authTagLength: tagBytes });
  cipher.setAAD(associatedData(place, id));
  const body = Buffer.concat([cipher.update(plain, "utf8"), cipher.final(), cipher.getAuthTag()]);
  return `v1.${id}.${nonce.toString("base64url")}.${body.toString("base64url")}`;
}

function open({ id, nonce, body }: Sealed, place: SecretPlace, key: Buffer): string {
  const decipher = createDecipheriv("aes-256-gcm", key, nonce, { authTagLength: tagBytes });
  decipher.setAAD(associatedData(place, id));
  decipher.setAuthTag(body.subarray(-tagBytes));
  try {
    return Buffer.concat([decipher.update(body.subarray(0, -tagBytes)), decipher.final()]).toString("utf8");
  } catch {
    throw new SealedSecretError("A stored secret was altered, or does not belong to this row");
  }
}
