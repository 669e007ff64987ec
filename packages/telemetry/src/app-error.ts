/** The closed set of expected failures. Everything else is a fault of ours and is shown without detail. */

export const errorCodes = [
  "invalid",
  "unauthenticated",
  "forbidden",
  "not_found",
  "conflict",
  "precondition_failed",
  "too_large",
  "limit_exceeded",
  "unavailable",
] as const;
export type ErrorCode = (typeof errorCodes)[number];

/** A problem at one place of the input, in the user's words. `path` is the way to the field. */
export type FieldProblem = { path: (string | number)[]; message: string };

/** An expected failure, independent of transport. `message` is shown to the caller. */
export class AppError extends Error {
  override name = "AppError";
  readonly code: ErrorCode;
  readonly problems: FieldProblem[];

  constructor(code: ErrorCode, message: string, problems: FieldProblem[] = [], options?: ErrorOptions) {
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
