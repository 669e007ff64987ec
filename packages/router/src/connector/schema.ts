import { z } from "zod";
import { id, timestamp } from "../list.ts";

/** A process of a customer that is connected and offers functions. */
export const connectorConnection = z
  .object({
    id,
    project_id: id,
    environment: z.string(),
    client_version: z.string().describe("What it says of the library it connects with"),
    functions: z.array(z.string()),
    user_name: z.string().nullable().describe("Whose token it has connected with"),
    created_at: timestamp.describe("Since when"),
  })
  .meta({ id: "ConnectorConnection" });
export type ConnectorConnection = z.infer<typeof connectorConnection>;

export const listConnectorConnections = z.strictObject({ project_id: id.optional() });
export const connectorConnections = z.object({ items: z.array(connectorConnection) });
