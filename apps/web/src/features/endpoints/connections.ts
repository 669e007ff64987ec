import { useQuery } from "@tanstack/react-query";
import type { ConnectorConnection } from "@rhesis/router/connector/schema";
import { trpc } from "../../api/trpc.ts";
import { useCan } from "../../session/member.tsx";

/** Where a connected endpoint is called. */
export type CalledFunction = { function: string; environment: string };

const lookAgainMs = 15_000;

/** Who is connected; undefined while that is not known. */
export function useConnections(isAsked: boolean): readonly ConnectorConnection[] | undefined {
  const can = useCan();
  const enabled = isAsked && can("connector:read");
  const options = trpc.connector.connections.queryOptions({}, { enabled, refetchInterval: lookAgainMs });
  return useQuery(options).data?.items;
}

/** Those of them that offer a function to a project. */
export function offering(
  connections: readonly ConnectorConnection[],
  project_id: string,
  called: CalledFunction,
): ConnectorConnection[] {
  return connections.filter(
    (connection) =>
      connection.project_id === project_id &&
      connection.environment === called.environment &&
      connection.functions.includes(called.function),
  );
}

/** A program that connects a function. The token is asked for where it is started, so that it is in no file. */
export function connectSnippet(project_id: string, called: CalledFunction, origin: string): string {
  return `import { connect } from "@rhesis/client/connector";

connect({
  url: ${JSON.stringify(origin)},
  token: process.env.RHESIS_TOKEN,
  project_id: ${JSON.stringify(project_id)},
  environment: ${JSON.stringify(called.environment)},
  functions: {
    ${/^[A-Za-z_]\w*$/.test(called.function) ? called.function : JSON.stringify(called.function)}: async ({ input }) => {
      return { output: await myApplication(input) };
    },
  },
});`;
}
