/** Tokens for programs: `rh-`, 256 random bits in base64url, and a checksum that tells a typing error from a wrong token. */
import { createHash, randomBytes } from "node:crypto";
import { crc32 } from "node:zlib";

export const tokenPrefix = "rh-";

const form = /^rh-([A-Za-z0-9_-]{43})([A-Za-z0-9_-]{6})$/;

export type NewToken = {
  /** Shown once, stored nowhere. */
  token: string;
  /** SHA-256 of `token`, what is stored. 256 random bits need no slow hash. */
  token_hash: Buffer;
  /** The beginning, to recognise a token in a list. */
  hint: string;
};

/** Makes a token. */
export function createApiToken(): NewToken {
  const random = randomBytes(32).toString("base64url");
  const token = `${tokenPrefix}${random}${checksum(random)}`;
  return { token, token_hash: hashApiToken(token), hint: token.slice(0, 7) };
}

/** The hash of `token` if it has the form and the checksum of one of ours, or null: then no database needs to be asked. */
export function parseApiToken(token: string): Buffer | null {
  const [, random, sum] = form.exec(token) ?? [];
  return random !== undefined && checksum(random) === sum ? hashApiToken(token) : null;
}

/** SHA-256. */
export function hashApiToken(token: string): Buffer {
  return createHash("sha256").update(token).digest();
}

function checksum(random: string): string {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(crc32(random));
  return bytes.toString("base64url");
}
