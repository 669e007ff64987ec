/** Who may connect a process, and to what. A WebSocket is no procedure, but it is let in by the same rules. */
import { getProject } from "@rhesis/db/queries/project";
import { closeCodes, connectorLimits, environmentName } from "@rhesis/engine/connector/schema";
import type { ConnectorHub } from "@rhesis/services/connector/hub";
import type { Admission } from "@rhesis/services/connector/session";
import { AppError } from "@rhesis/telemetry/app-error";
import { z } from "zod";
import { tenantOf, type RequestContext } from "../context.ts";
import { id } from "../list.ts";
import { projectScope } from "../project-scope.ts";
import { requireMember } from "../trpc.ts";

export type ConnectorGate = {
  /**
   * Looks whether somebody may connect, before anything is opened.
   * @param query of the address: `project_id`, where the token is not bound to one, and `environment`
   * @throws malformed, unauthenticated, forbidden, not_found, limit_exceeded
   */
  admit(context: RequestContext, query: URLSearchParams): Promise<Admission>;
  limits: typeof connectorLimits;
  codes: typeof closeCodes;
} & Pick<ConnectorHub, "open" | "close">;

const wanted = z.object({ project_id: id.optional(), environment: environmentName.default("development") });

export function connectorGate(hub: ConnectorHub): ConnectorGate {
  return {
    async admit(context, query) {
      const identity = requireMember(context, "connector:connect");
      const { project_id: asked, environment } = read(query);
      if (hub.connectionsOf(identity.organization_id) >= connectorLimits.connections)
        throw new AppError("limit_exceeded", `At most ${connectorLimits.connections} processes may be connected.`);
      const project_id = projectScope(identity, asked);
      if (project_id === undefined)
        throw new AppError("malformed", "Say which project: ?project_id=…, or use a token that is bound to one.");
      const tenant = { ...tenantOf(identity, context.request_id), user_id: identity.user_id };
      await context.platform.database.read(tenant, (tx) => getProject(tx, project_id));
      return { tenant, project_id, environment };
    },
    limits: connectorLimits,
    codes: closeCodes,
    open: (admission, socket) => hub.open(admission, socket),
    close: () => hub.close(),
  };
}

function read(query: URLSearchParams): z.infer<typeof wanted> {
  const result = wanted.safeParse(Object.fromEntries(query));
  if (result.success) return result.data;
  const problems = result.error.issues.map(({ path, message }) => ({ path: path.map(String), message }));
  throw new AppError("malformed", "The address of the connection is not right.", problems);
}
