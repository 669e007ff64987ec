/** Every error a REST client sees is a problem document (RFC 9457). Faults of ours say one fixed sentence. */
import { TRPCError } from "@trpc/server";
import { getHTTPStatusCodeFromError } from "@trpc/server/http";
import { describeError } from "@rhesis/router/trpc";
import { asAppError, asTransportError, transportOf } from "@rhesis/router/error-map";
import { AppError, type ErrorCode, type ExpectedErrorCode, type FieldProblem } from "@rhesis/telemetry/app-error";

/** A failure that only HTTP knows: no such path, a method, a type of body. */
export class HttpProblem extends AppError {
  readonly status: number;
  readonly headers: Record<string, string>;

  constructor(
    status: number,
    code: ExpectedErrorCode,
    message: string,
    more: { problems?: FieldProblem[]; headers?: Record<string, string> } = {},
  ) {
    super(code, message, more.problems);
    this.status = status;
    this.headers = more.headers ?? {};
  }
}

export type ProblemDocument = {
  type: string;
  title: string;
  status: number;
  detail: string;
  code: ErrorCode;
  request_id: string;
  errors?: FieldProblem[];
};

export type Problem = { status: number; document: ProblemDocument; headers: Record<string, string> };

const challenge = { "www-authenticate": 'Bearer realm="rhesis"' };
const comeBack = { "retry-after": "2" };

/** What may be told about `error`. */
export function problemFrom(error: unknown, request_id: string): Problem {
  const { status, code, message, problems, headers } = factsOf(error);
  return {
    status,
    headers: { ...(status === 401 ? challenge : {}), ...(status === 503 ? comeBack : {}), ...headers },
    document: {
      type: `urn:rhesis:problem:${code}`,
      title: transportOf[code].title,
      status,
      detail: message,
      code,
      request_id,
      ...(problems.length > 0 ? { errors: problems } : {}),
    },
  };
}

type Facts = Pick<HttpProblem, "status" | "message" | "problems" | "headers"> & { code: ErrorCode };

function factsOf(error: unknown): Facts {
  if (error instanceof HttpProblem) return error;
  const known = asAppError(error);
  if (known !== null) {
    return {
      status: transportOf[known.code].http,
      code: known.code,
      message: known.message,
      problems: known.problems,
      headers: {},
    };
  }
  const trpcError = asTrpcError(error);
  return { ...describeError(trpcError), status: getHTTPStatusCodeFromError(trpcError), headers: {} };
}

/** The error as tRPC carries it: ours translated, anything else an internal error. */
export function asTrpcError(error: unknown): TRPCError {
  if (error instanceof HttpProblem) {
    const code = error.status === 400 && error.code === "invalid" ? "BAD_REQUEST" : transportOf[error.code].trpc;
    return new TRPCError({ code, message: error.message, cause: error });
  }
  const known = asTransportError(error);
  return known instanceof TRPCError ? known : new TRPCError({ code: "INTERNAL_SERVER_ERROR", cause: error });
}
