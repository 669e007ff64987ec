/** What failures are called, on every transport. Expected ones are told; every other is `internal` and has no detail. */

/** The closed set. What each means to a transport is in the router's `error-map.ts`. */
export const errorCodes = [
  "invalid",
  "malformed",
  "unauthenticated",
  "forbidden",
  "not_found",
  "method_not_allowed",
  "conflict",
  "precondition_failed",
  "too_large",
  "unsupported_media_type",
  "limit_exceeded",
  "unavailable",
  "internal",
] as const;
export type ErrorCode = (typeof errorCodes)[number];
/** Of what we expect to fail: `internal` is what nobody expected. */
export type ExpectedErrorCode = Exclude<ErrorCode, "internal">;

/** A problem at one place of the input, in the user's words. `path` is the way to the field. */
export type FieldProblem = { path: (string | number)[]; message: string };

/** An expected failure, independent of transport. `message` is shown to the caller. */
export class AppError extends Error {
  override name = "AppError";
  readonly code: ExpectedErrorCode;
  readonly problems: FieldProblem[];

  constructor(code: ExpectedErrorCode, message: string, problems: FieldProblem[] = [], options?: ErrorOptions) {
    super(message, options);
    this.code = code;
    this.problems = problems;
  }
}

/** The thing is not there for this caller: absent, deleted, or another organization's; nobody learns which. */
export function notFound(what: string): AppError {
  return new AppError("not_found", `There is no such ${what}.`);
}

/** An input that breaks a rule, said at the fields where it breaks. */
export function invalid(message: string, problems: FieldProblem[] = []): AppError {
  return new AppError("invalid", message, problems);
}
