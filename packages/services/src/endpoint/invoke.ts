/** Trial calls of an endpoint: one bounded attempt, with what was sent and received shown. */
import type { SecretBox } from "@rhesis/auth/sealed-secret";
import { getSealedEndpoint, type SealedEndpointRow } from "@rhesis/db/queries/endpoint";
import type { Tx } from "@rhesis/db/tenant";
import { conversationMemory } from "@rhesis/engine/conversation/memory";
import type { Message } from "@rhesis/engine/conversation/schema";
import { forgotten } from "@rhesis/engine/conversation/track";
import type { TargetClient } from "@rhesis/engine/target/target-client";
import type { TargetConfig, TargetOutcome } from "@rhesis/engine/target/schema";
import type { ConnectorPort } from "@rhesis/engine/connector/port";
import { invalid, notFound } from "@rhesis/telemetry/app-error";
import { endpointSecretPlace, requireUsableConfig, sameSecretPlace } from "./config.ts";

/** `read` opens a short transaction; none is open during the call. */
export type InvokeMeans = {
  read: <T>(work: (tx: Tx) => Promise<T>) => Promise<T>;
  secrets: SecretBox;
  targets: TargetClient;
  /** How functions of processes connected to a project are called. */
  connectorFor: (project_id: string) => ConnectorPort;
  organization_id: string;
  /** Undefined where the caller may see every project. */
  project_id?: string | undefined;
  signal?: AbortSignal | undefined;
};

export type Stimulus = {
  input: string;
  /** What was said before, oldest first. */
  messages?: Message[] | undefined;
  conversation_id?: string | undefined;
  params?: Record<string, unknown> | undefined;
};

/** The longest that a person waits for a trial call, in milliseconds. */
export const trialTimeoutMs = 30_000;

/**
 * Calls a stored endpoint once, in the conversation that the stimulus tells of. What the application does is in the
 * outcome; one that keeps conversations and has named none is not called, as in a run. @throws not_found
 */
export async function invokeEndpoint(means: InvokeMeans, id: string, stimulus: Stimulus): Promise<TargetOutcome> {
  const endpoint = await readEndpoint(means, id);
  if (isForgotten(endpoint.config, stimulus)) return forgotten;
  return call(means, endpoint.config, { ...endpoint, secret: openSecret(means, endpoint) }, stimulus);
}

function isForgotten(config: TargetConfig, { messages = [], conversation_id }: Stimulus): boolean {
  return messages.length > 0 && conversation_id === undefined && conversationMemory(config) === "id";
}

export type Draft = { config: TargetConfig; secret?: string | undefined; endpoint_id?: string | undefined };

/**
 * Calls a configuration that is not stored. The secret of `endpoint_id` serves it only where it goes to the same place.
 * @throws not_found; invalid where a mapping does not work
 */
export async function tryEndpoint(means: InvokeMeans, draft: Draft, stimulus: Stimulus): Promise<TargetOutcome> {
  requireUsableConfig(draft.config);
  let secret = draft.secret ?? null;
  let project_id: string | null = null;
  if (draft.endpoint_id !== undefined) {
    const endpoint = await readEndpoint(means, draft.endpoint_id);
    project_id = endpoint.project_id;
    if (secret === null && sameSecretPlace(endpoint.config, draft.config)) secret = openSecret(means, endpoint);
  }
  if (draft.config.protocol === "connector" && project_id === null) throw invalid(unplaced, [placeProblem]);
  return call(means, draft.config, { secret, project_id }, stimulus);
}

const unplaced = "A function is called in a project: save the endpoint, or name the one that this is a draft of.";
const placeProblem = { path: ["endpoint_id"], message: unplaced };

async function readEndpoint({ read, project_id }: InvokeMeans, id: string): Promise<SealedEndpointRow> {
  const endpoint = await read((tx) => getSealedEndpoint(tx, id));
  if (project_id !== undefined && endpoint.project_id !== project_id) throw notFound("endpoint");
  return endpoint;
}

function openSecret({ secrets, organization_id }: InvokeMeans, { id, auth_secret }: SealedEndpointRow): string | null {
  return auth_secret === null ? null : secrets.open(auth_secret, endpointSecretPlace(organization_id, id));
}

function call(
  { targets, connectorFor, signal }: InvokeMeans,
  config: TargetConfig,
  { secret, project_id }: { secret: string | null; project_id: string | null },
  { input, messages = [], conversation_id, params }: Stimulus,
): Promise<TargetOutcome> {
  const bounded = { ...config, timeout_ms: Math.min(config.timeout_ms, trialTimeoutMs) };
  const said = [...messages, { role: "user", content: input }];
  const variables = { input, messages: said, conversation_id: conversation_id ?? null, params: params ?? {} };
  const connector =
    config.protocol === "connector" && project_id !== null ? { connector: connectorFor(project_id) } : {};
  const ending = signal === undefined ? {} : { signal };
  return targets.call(bounded, secret, variables, { max_attempts: 1, ...connector, ...ending });
}
