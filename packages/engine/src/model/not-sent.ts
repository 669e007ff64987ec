import { AddressRefusedError } from "../target/address-gate.ts";

/** Faults that come before there is a connection. */
const beforeConnection = new Set(["ENOTFOUND", "EAI_AGAIN", "ECONNREFUSED", "UND_ERR_CONNECT_TIMEOUT"]);

/** True where a request certainly did not leave: its address was refused, not found, or nobody was there. */
export function wasNotSent(error: unknown): boolean {
  for (let cause = error, depth = 0; cause instanceof Error && depth < 6; cause = cause.cause, depth += 1) {
    if (cause instanceof AddressRefusedError) return true;
    if ("code" in cause && typeof cause.code === "string" && beforeConnection.has(cause.code)) return true;
  }
  return false;
}
