import type { BuiltRequest } from "./build-request.ts";
import type { WireResponse } from "./exchange.ts";
import { isSensitiveHeader } from "./redact.ts";

const redirects = new Set([301, 302, 303, 307, 308]);

/** Where a redirect leads: the next request, or why it is not followed; null for an answer that is no redirect. */
export function followRedirect(
  request: BuiltRequest,
  response: WireResponse,
  keyHeader: string | undefined,
): BuiltRequest | { refused: string } | null {
  const location = response.headers["location"];
  if (!redirects.has(response.status) || location === undefined) return null;
  const url = URL.parse(location, request.origin + request.path);
  if (url === null || !/^https?:$/.test(url.protocol))
    return { refused: "The application redirected to something that is not a web address." };
  if (url.username !== "" || url.password !== "")
    return { refused: "The application redirected to an address with a password in it, which is not followed." };
  const headers = { ...request.headers };
  if (url.origin !== request.origin) {
    for (const name of Object.keys(headers)) if (isSensitiveHeader(name) || name === keyHeader) delete headers[name];
  }
  // As browsers do (Fetch, HTTP-redirect fetch, step 12): 303 always becomes GET, 301 and 302 only from POST.
  const becomesGet =
    (response.status === 303 && request.method !== "GET") || (response.status < 303 && request.method === "POST");
  if (becomesGet) for (const name of ["content-type", "content-encoding", "content-language"]) delete headers[name];
  const path = url.pathname + url.search;
  return {
    origin: url.origin,
    path,
    shownPath: path,
    method: becomesGet ? "GET" : request.method,
    headers,
    body: becomesGet ? null : request.body,
  };
}
