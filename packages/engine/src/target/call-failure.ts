import { AddressRefusedError } from "./address-gate.ts";
import { ExchangeCancelledError, ExchangeTimeoutError } from "./exchange.ts";
import type { TargetError } from "./schema.ts";

/**
 * Whether another attempt may help. "once" is for hangs: the target is most likely still working on the first call,
 * so more calls add to its load, and each holds a slot of the run for the whole timeout. One repeat is enough to get
 * past a lost packet or a single stuck worker. It is also for streams that break off or report an error, which are as
 * likely to do so again.
 */
export type Retry = "no" | "yes" | "once";

export type Failure = { error: TargetError; retry: Retry };

const unreachable = new Set([
  "UND_ERR_CONNECT_TIMEOUT",
  "ETIMEDOUT",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "EADDRNOTAVAIL",
  "EAI_AGAIN",
]);
const unsendable = new Set([
  "UND_ERR_INVALID_ARG",
  "UND_ERR_NOT_SUPPORTED",
  "ERR_INVALID_CHAR",
  "ERR_HTTP_INVALID_HEADER_VALUE",
]);
const untrusted = /^(?:CERT_|ERR_TLS_CERT|DEPTH_ZERO_SELF_SIGNED|SELF_SIGNED_CERT|UNABLE_TO_)/;

/** What an error of the transport means to the person who configured the target. */
export function transportFailure(thrown: unknown, origin: string, timeoutMs: number): Failure {
  if (thrown instanceof ExchangeTimeoutError)
    return failure("timeout", `The application did not answer completely within ${timeoutMs / 1000} s.`, "once");
  if (thrown instanceof ExchangeCancelledError) return failure("cancelled", "The call was cancelled.", "no");
  if (thrown instanceof AddressRefusedError) return failure("address_refused", thrown.message, "no");
  const code = codeOf(thrown);
  if (code === "ENOTFOUND")
    return failure("connection_failed", `The host of ${origin} is not known. Check the address.`, "no");
  if (code === "ECONNREFUSED") return failure("connection_failed", `Nothing accepts connections at ${origin}.`, "yes");
  if (unreachable.has(code)) return failure("connection_failed", `${origin} could not be reached.`, "yes");
  if (untrusted.test(code))
    return failure("connection_failed", `The certificate of ${origin} cannot be trusted (${code}).`, "no");
  if (code === "EPROTO" || code.startsWith("ERR_SSL"))
    return failure("connection_failed", `${origin} does not speak HTTPS.`, "no");
  if (code === "UND_ERR_HEADERS_OVERFLOW" || code === "HPE_HEADER_OVERFLOW")
    return failure("too_large", "The headers of the answer are too long.", "no");
  if (code.startsWith("HPE_"))
    return failure("connection_failed", `${origin} answered with something that is not HTTP.`, "yes");
  if (unsendable.has(code)) return failure("mapping_failed", "The request holds a header that cannot be sent.", "no");
  if (code === "UND_ERR_DESTROYED" || code === "UND_ERR_CLOSED")
    return failure("cancelled", "The call was cancelled.", "no");
  return failure(
    "connection_closed",
    "The application closed the connection before it had answered completely.",
    "yes",
  );
}

/** @param retry whether a repeated call may end otherwise */
export function failure(code: TargetError["code"], message: string, retry: Retry): Failure {
  return { error: { code, message }, retry };
}

export function codeOf(thrown: unknown): string {
  if (typeof thrown !== "object" || thrown === null) return "";
  if ("code" in thrown && typeof thrown.code === "string") return thrown.code;
  return thrown instanceof AggregateError ? codeOf(thrown.errors[0]) : "";
}
