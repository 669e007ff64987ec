/** What every proposal has to be: a configuration that can be stored as it is. */
import type { z } from "zod";
import { problemOf } from "../problem-of.ts";
import { compileMapping } from "../target/map-request.ts";
import { checkMappings } from "../target/map-response.ts";
import { targetConfig, type TargetConfig } from "../target/schema.ts";
import { visibleSecrets } from "../target/visible-secret.ts";
import { ProposalError } from "./proposal-error.ts";

/** With the defaults of what is not said. @throws ProposalError where no endpoint could be made of it */
export function checkedConfig(draft: z.input<typeof targetConfig>): TargetConfig {
  const parsed = targetConfig.safeParse(draft);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new ProposalError(`An endpoint cannot have this ${nameOf(issue?.path)}: it is too long or not well formed.`);
  }
  const [problem] = [...checkMappings(parsed.data), ...visibleSecrets(parsed.data)];
  if (problem !== undefined) throw new ProposalError(problem.message);
  const unusable = problemOf(() => compileMapping(parsed.data.request_mapping));
  if (unusable !== null) throw new ProposalError(unusable);
  return parsed.data;
}

const names: Readonly<Record<string, string>> = {
  url: "address",
  headers: "header",
  query: "parameter of the address",
  request_mapping: "body",
};

function nameOf(path: readonly PropertyKey[] | undefined): string {
  return names[String(path?.[0] ?? "")] ?? "value";
}
