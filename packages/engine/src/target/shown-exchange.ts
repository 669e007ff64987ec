/** What was sent and received, as people see it. */
import type { BuiltRequest } from "./build-request.ts";
import { redactHeaders } from "./redact.ts";
import type { ReceivedResponse, SentRequest, TargetConfig } from "./schema.ts";

type Redact = (text: string) => string;

/** The header that carries the key of an endpoint, whatever it is called. */
export function keyHeaderOf({ auth }: TargetConfig): string | undefined {
  return auth.type === "api_key" && auth.in === "header" ? auth.name.toLowerCase() : undefined;
}

export function shownRequest(request: BuiltRequest, config: TargetConfig, redact: Redact): SentRequest {
  return {
    method: request.method,
    url: redact(request.origin + request.shownPath),
    headers: redactHeaders(request.headers, redact, keyHeaderOf(config)),
    body: request.body === null ? null : redact(request.body),
  };
}

/** @param body redacted already */
export function shownResponse(
  response: { status: number; headers: Record<string, string> },
  body: string,
  redact: Redact,
): ReceivedResponse {
  return { status: response.status, headers: redactHeaders(response.headers, redact), body };
}
