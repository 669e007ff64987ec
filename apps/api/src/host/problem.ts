/** Every error a REST client sees is a problem document (RFC 9457). Faults of ours say one fixed sentence. */
import { STATUS_CODES } from "node:http";
import { TRPCError, type TRPC_ERROR_CODE_KEY } from "@trpc/server";
import { getHTTPStatusCodeFromError } from "@trpc/server/http";
import { describeError } from "@rhesis/router/trpc";
import { asAppError, asTransportError, transportOf } from "@rhesis/router/error-map";
import type { ErrorCode, FieldProblem } from "@rhesis/telemetry/app-error";

/** A failure that only HTTP knows: no such path, a method, a type of body. */
export class HttpProblem extends Error {
  readonly status: number;
  readonly code: string;
  readonly problems: FieldProblem[];
  readonly headers: Record<string, string>;

  constructor(
    status: number,
    code: string,
    message: string,
    more: { problems?: FieldProblem[]; headers?: Record<string, string> } = {},
  ) {
    super(message);
    this.status = status;
    this.code = code;
    this.problems = more.problems ?? [];
    this.headers = more.headers ?? {};
  }
}

export type ProblemDocument = {
  type: string;
  title: string;
  status: number;
  detail: string;
  code: string;
  request_id: string;
  errors?: FieldProblem[];
};

export type Problem = { status: number; document: ProblemDocument; headers: Record<string, string> };

const challenge = { "www-authenticate": 'Bearer realm="rhesis"' };
const comeBack = { "retry-after": "2" };

/** What may be told about `error`. */
export function problemFrom(error: unknown, request_id: string): Problem {
  const { status, code, message, problems, headers } = factsOf(error);
  const title = code in transportOf ? transportOf[code as ErrorCode].title : (STATUS_CODES[status] ?? "Error");
  return {
    status,
    headers: { ...(status === 401 ? challenge : {}), ...(status === 503 ? comeBack : {}), ...headers },
    document: {
      type: `urn:rhesis:problem:${code}`,
      title,
      status,
      detail: message,
      code,
      request_id,
      ...(problems.length > 0 ? { errors: problems } : {}),
    },
  };
}

type Facts = Pick<HttpProblem, "status" | "code" | "message" | "problems" | "headers">;

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

const trpcCodes: Readonly<Record<number, TRPC_ERROR_CODE_KEY>> = {
  404: "NOT_FOUND",
  405: "METHOD_NOT_SUPPORTED",
  413: "PAYLOAD_TOO_LARGE",
  415: "UNSUPPORTED_MEDIA_TYPE",
  429: "TOO_MANY_REQUESTS",
};

/** The error as tRPC carries it: ours translated, anything else an internal error. */
export function asTrpcError(error: unknown): TRPCError {
  if (error instanceof HttpProblem)
    return new TRPCError({ code: trpcCodes[error.status] ?? "BAD_REQUEST", message: error.message });
  const known = asTransportError(error);
  return known instanceof TRPCError ? known : new TRPCError({ code: "INTERNAL_SERVER_ERROR", cause: error });
}
