/** What registering functions does: an endpoint for each that has none yet. */
import { newId } from "@rhesis/db/asset";
import { putConnection, type NewConnection } from "@rhesis/db/queries/connector";
import { holdProject, listFunctionEndpoints, takenEndpointNames } from "@rhesis/db/queries/connector-endpoint";
import { insertEndpoint } from "@rhesis/db/queries/endpoint";
import type { Tx } from "@rhesis/db/tenant";
import { defaultMapping } from "@rhesis/engine/connector/default-mapping";
import { connectorLimits, type OfferedFunction, type RegisteredMessage } from "@rhesis/engine/connector/schema";
import { targetConfig } from "@rhesis/engine/target/schema";
import { notFound } from "@rhesis/telemetry/app-error";
import { requireUsableConfig } from "../endpoint/config.ts";

export type Registration = Omit<NewConnection, "functions"> & { offered: readonly OfferedFunction[] };

/**
 * Says what a connection offers. A function that no endpoint of the project calls in this environment gets one, named
 * after it and mapped from the names of its parameters; endpoints that are there stay as people left them.
 * @throws not_found where the project is gone
 */
export async function registerFunctions(
  tx: Tx,
  { offered, ...connection }: Registration,
): Promise<RegisteredMessage["endpoints"]> {
  const { project_id, environment } = connection;
  if (!(await holdProject(tx, project_id))) throw notFound("project");
  await putConnection(tx, { ...connection, functions: offered.map(({ name }) => name) });
  const known = new Map<string, string>();
  for (const { id, function_name } of await listFunctionEndpoints(tx, { project_id, environment })) {
    if (!known.has(function_name)) known.set(function_name, id);
  }
  const missing = offered.filter(({ name }) => !known.has(name));
  const made = await addEndpoints(tx, connection, missing);
  return offered.map(({ name }) => ({
    function_name: name,
    endpoint_id: known.get(name) ?? made.get(name) ?? "",
    created: made.has(name),
  }));
}

async function addEndpoints(
  tx: Tx,
  { project_id, environment }: Pick<NewConnection, "project_id" | "environment">,
  offered: readonly OfferedFunction[],
): Promise<Map<string, string>> {
  const made = new Map<string, string>();
  if (offered.length === 0) return made;
  const candidates = offered.flatMap(({ name }) => namesFor(name, environment));
  const taken = await takenEndpointNames(tx, project_id, candidates);
  for (const { name, description, parameters } of offered) {
    const config = targetConfig.parse({
      protocol: "connector",
      connector: { function: name, environment },
      request_mapping: defaultMapping(parameters),
      timeout_ms: connectorLimits.default_timeout_ms,
    });
    requireUsableConfig(config);
    const id = await newId(tx);
    const free = namesFor(name, environment).find((candidate) => !taken.has(candidate)) ?? `${name} ${id}`;
    taken.add(free);
    await insertEndpoint(tx, {
      id,
      project_id,
      name: free.slice(0, longestName),
      description,
      environment: isEndpointEnvironment(environment) ? environment : "development",
      config: JSON.stringify(config),
    });
    made.set(name, id);
  }
  return made;
}

const longestName = 200;
const endpointEnvironments = ["production", "staging", "development", "local"] as const;

function isEndpointEnvironment(name: string): name is (typeof endpointEnvironments)[number] {
  return endpointEnvironments.some((known) => known === name);
}

/** Names for an endpoint, in the order in which they are tried. */
function namesFor(name: string, environment: string): string[] {
  return [name, `${name} (${environment})`, `${name} (connected, ${environment})`];
}
