import { proposeFromCurl } from "@rhesis/engine/mapping/curl";
import { proposeFromAnswer } from "@rhesis/engine/mapping/example-answer";
import { proposeFromOpenApi } from "@rhesis/engine/mapping/openapi";
import { ProposalError } from "@rhesis/engine/mapping/proposal-error";
import { invalid } from "@rhesis/telemetry/app-error";
import type { EndpointProposal, ProposeEndpoint } from "./schema.ts";

type Source = ProposeEndpoint["source"];
type Proposal = EndpointProposal["proposal"];

/** @throws invalid, at the field of the source that cannot be used and with a word on why */
export function proposalFrom(source: Source): Proposal {
  switch (source.type) {
    case "curl":
      return told("command", () => proposeFromCurl(source.command));
    case "openapi":
      return told("document", () => proposeFromOpenApi(source.document, source.operation));
    case "example":
      return told("answer", () => proposeFromAnswer(source.answer));
  }
}

function told(field: string, propose: () => Proposal): Proposal {
  try {
    return propose();
  } catch (error) {
    if (!(error instanceof ProposalError)) throw error;
    throw invalid("Nothing could be proposed.", [{ path: ["source", field], message: error.message }]);
  }
}
