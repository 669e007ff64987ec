/** Connections of customers' processes, over which their functions are called. */
import { listConnections } from "@rhesis/db/queries/connector";
import { projectScope } from "../project-scope.ts";
import { procedure } from "../trpc.ts";
import { connectorConnections, listConnectorConnections } from "./schema.ts";

const mostListed = 500;

export const connectorRouter = {
  connections: procedure("connector:read", {
    method: "GET",
    path: "/connector/connections",
    tags: ["Connector"],
    summary: "List who is connected",
    description:
      "Processes that are connected now and the functions they offer, at most 500, the longest connected first. A " +
      "process connects by opening a WebSocket at `/api/v1/connector`.",
  })
    .input(listConnectorConnections)
    .output(connectorConnections)
    .query(async ({ ctx, input }) => {
      const project_id = projectScope(ctx.identity, input.project_id);
      return { items: await listConnections(ctx.tx, { project_id, limit: mostListed }) };
    }),
};
