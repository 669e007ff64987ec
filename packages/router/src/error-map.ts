/** The one map from codes to transports and back, and from what the database refuses to what people read. */
import { TRPCError, type TRPC_ERROR_CODE_KEY } from "@trpc/server";
import { AppError, type ErrorCode } from "@rhesis/telemetry/app-error";
import { constraintProblems } from "@rhesis/db/constraint-problems";

/** What a code is on each transport. An input that no schema takes is `invalid` with 400, BAD_REQUEST on tRPC. */
export const transportOf: Record<ErrorCode, { trpc: TRPC_ERROR_CODE_KEY; http: number; title: string }> = {
  invalid: { trpc: "UNPROCESSABLE_CONTENT", http: 422, title: "The input breaks a rule" },
  malformed: { trpc: "PARSE_ERROR", http: 400, title: "The request cannot be read" },
  unauthenticated: { trpc: "UNAUTHORIZED", http: 401, title: "Sign in first" },
  forbidden: { trpc: "FORBIDDEN", http: 403, title: "Not allowed" },
  not_found: { trpc: "NOT_FOUND", http: 404, title: "Not found" },
  method_not_allowed: { trpc: "METHOD_NOT_SUPPORTED", http: 405, title: "Not in this way" },
  conflict: { trpc: "CONFLICT", http: 409, title: "Conflict" },
  precondition_failed: { trpc: "PRECONDITION_FAILED", http: 412, title: "Changed meanwhile" },
  too_large: { trpc: "PAYLOAD_TOO_LARGE", http: 413, title: "Too large" },
  unsupported_media_type: { trpc: "UNSUPPORTED_MEDIA_TYPE", http: 415, title: "Not JSON" },
  limit_exceeded: { trpc: "TOO_MANY_REQUESTS", http: 429, title: "Too many requests" },
  unavailable: { trpc: "SERVICE_UNAVAILABLE", http: 503, title: "Not available right now" },
  internal: { trpc: "INTERNAL_SERVER_ERROR", http: 500, title: "A fault of ours" },
};

/** The code of an error that tRPC made itself. */
export const codeOfTrpc: Record<TRPC_ERROR_CODE_KEY, ErrorCode> = {
  PARSE_ERROR: "malformed",
  BAD_REQUEST: "invalid",
  UNAUTHORIZED: "unauthenticated",
  PAYMENT_REQUIRED: "forbidden",
  FORBIDDEN: "forbidden",
  NOT_FOUND: "not_found",
  METHOD_NOT_SUPPORTED: "method_not_allowed",
  TIMEOUT: "unavailable",
  CONFLICT: "conflict",
  PRECONDITION_FAILED: "precondition_failed",
  PRECONDITION_REQUIRED: "precondition_failed",
  PAYLOAD_TOO_LARGE: "too_large",
  UNSUPPORTED_MEDIA_TYPE: "unsupported_media_type",
  UNPROCESSABLE_CONTENT: "invalid",
  TOO_MANY_REQUESTS: "limit_exceeded",
  CLIENT_CLOSED_REQUEST: "unavailable",
  INTERNAL_SERVER_ERROR: "internal",
  NOT_IMPLEMENTED: "internal",
  BAD_GATEWAY: "unavailable",
  SERVICE_UNAVAILABLE: "unavailable",
  GATEWAY_TIMEOUT: "unavailable",
};

/** The error with the code of its transport, where it is an expected failure. */
export function asTransportError(error: unknown): unknown {
  if (error instanceof TRPCError) return error;
  const known = asAppError(error);
  if (known === null) return error;
  return new TRPCError({ code: transportOf[known.code].trpc, message: known.message, cause: known });
}

const databaseDown = /^(08|53|57P)/;

/** The expected failure behind an error, or null where it is a fault of ours. */
export function asAppError(error: unknown): AppError | null {
  if (error instanceof AppError) return error;
  if (!(error instanceof Error)) return null;
  const { code, constraint } = error as Error & { code?: unknown; constraint?: unknown };
  if (typeof code !== "string") return null;
  if (typeof constraint === "string") {
    const known = constraintProblems[constraint];
    if (known !== undefined) return new AppError(known.code, known.message, known.problems ?? [], { cause: error });
  }
  switch (code) {
    case "23505":
      return new AppError("conflict", "This exists already.", [], { cause: error });
    case "23503":
      return new AppError("conflict", "Something this refers to does not exist, or is still in use.", [], {
        cause: error,
      });
    case "23514":
      return new AppError("invalid", "A value is outside what is allowed.", [], { cause: error });
    case "22021":
    case "22P05":
      return new AppError("invalid", "Text may not hold the character U+0000.", [], { cause: error });
    case "42501":
      return new AppError("forbidden", "You may not do this.", [], { cause: error });
    case "57014":
    case "55P03":
    case "ECONNREFUSED":
    case "ECONNRESET":
      return new AppError("unavailable", "The database did not answer in time. Try again.", [], { cause: error });
    default:
      return databaseDown.test(code)
        ? new AppError("unavailable", "The database is not available. Try again shortly.", [], { cause: error })
        : null;
  }
}
