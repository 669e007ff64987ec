/** What was pasted cannot be used. The message is for whoever pasted it and repeats nothing but names from it. */
export class ProposalError extends Error {
  override name = "ProposalError";
}
