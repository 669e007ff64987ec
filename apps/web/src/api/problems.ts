/** What the server says when something fails, in the shape the screens need. */
import { TRPCClientError } from "@trpc/client";
import type { AppRouter } from "@rhesis/router/root";

type ServerFailure = NonNullable<TRPCClientError<AppRouter>["data"]>["error"];
export type FieldProblem = ServerFailure["problems"][number];

/** One of the server's codes, or `unreachable` where no answer came, or `unknown` for what went wrong here. */
type FailureCode = ServerFailure["code"] | "unreachable" | "unknown";
export type Failure = { code: FailureCode; message: string; problems: FieldProblem[]; request_id: string };

function isServerError(error: unknown): error is TRPCClientError<AppRouter> {
  return error instanceof TRPCClientError;
}

const unreachable: Failure = {
  code: "unreachable",
  message: "The server cannot be reached. Check your connection and try again.",
  problems: [],
  request_id: "",
};

/** True where a part of the app itself could not be loaded. Browsers say so in words only. */
export function isMissingPart(error: unknown): boolean {
  return error instanceof Error && /dynamically imported module|preload CSS|module script failed/i.test(error.message);
}

/** Reads any thrown value as a failure that can be shown to a person. */
export function failureOf(error: unknown): Failure {
  if (isServerError(error)) {
    const detail = error.data?.error;
    if (detail !== undefined) return { ...detail, message: error.message };
    return unreachable;
  }
  if (isMissingPart(error)) return unreachable;
  const message = error instanceof Error ? error.message : "Something went wrong.";
  return { code: "unknown", message, problems: [], request_id: "" };
}

/** True where asking again cannot help: the server has understood and refuses. */
export function isRefusal(error: unknown): boolean {
  const status = isServerError(error) ? error.data?.httpStatus : undefined;
  return status !== undefined && status >= 400 && status < 500;
}
