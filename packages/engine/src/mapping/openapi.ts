/** Proposes a target from an OpenAPI 3 document, without a model and without a call. */
import { checkedConfig } from "./checked-config.ts";
import { asKnownApi } from "./known-apis.ts";
import { answerKinds, answerOf, streamedAnswerOf } from "./openapi-answer.ts";
import { authOf } from "./openapi-auth.ts";
import { readDocument } from "./openapi-document.ts";
import { operationsOf } from "./openapi-operations.ts";
import { requestOf } from "./openapi-request.ts";
import { serverOf } from "./openapi-server.ts";
import { ProposalError } from "./proposal-error.ts";
import type { OpenApiProposal } from "./schema.ts";

const mostShown = 50;
/** Of one operation; its schemas may refer to each other in circles. */
const mostLookups = 20_000;

/**
 * Reads a document and proposes how one of its operations is called: the one named (`POST /chat`), or the likeliest.
 * References lead inside the document only; nothing is fetched.
 * @throws ProposalError where it is no OpenAPI 3 document, or has no such operation
 */
export function proposeFromOpenApi(source: string, name?: string): OpenApiProposal {
  const document = readDocument(source);
  const operations = operationsOf(document);
  const chosen = name === undefined ? operations[0] : operations.find((one) => one.name === name);
  if (chosen === undefined)
    throw new ProposalError(
      name === undefined ? "The document has no operations." : "The document has no such operation.",
    );
  document.allow(mostLookups);
  const server = serverOf(document, chosen.item, chosen.operation);
  const kinds = answerKinds(document, chosen.operation);
  const request = requestOf(document, chosen, kinds.stream !== null);
  const streams = kinds.stream !== null && (kinds.json === null || request.streams);
  const known = asKnownApi(chosen.path, request.mapping, streams);
  const answer = streams ? streamedAnswerOf(document, kinds) : answerOf(document, kinds);
  const isKnown = known.reading !== null && (streams || answer.reading.response_mapping == null);
  const { auth, notes: asked } = authOf(document, chosen.operation, `${server.url}/`);
  const config = checkedConfig({
    url: `${server.url}/${request.path.replace(/^\/+/, "")}`,
    method: chosen.method,
    headers: request.headers,
    query: request.query,
    request_mapping: known.mapping,
    ...(isKnown ? known.reading : answer.reading),
    auth,
  });
  const lost = document.has_lost_references
    ? ["Parts of the document are in other files, or missing. They were left out."]
    : [];
  return {
    type: "openapi",
    operation: chosen.name,
    operations: operations
      .slice(0, mostShown)
      .map(({ name: operation, title, reason }) => ({ operation, title, reason })),
    config,
    notes: [...server.notes, ...request.notes, ...(isKnown ? known.notes : answer.notes), ...asked, ...lost],
  };
}
