import type { Identity } from "@rhesis/auth/identity";
import type { ConnectorGate } from "@rhesis/router/connector/gate";
import { headerOf, type Exchange } from "../host/exchange.ts";
import type { Host } from "../host/host.ts";
import type { Connection } from "./hold-connection.ts";

/** Tokens expire without anybody saying so. In milliseconds. */
const longestUnseenMs = 30_000;

/** A connection outlives what was known when it began: a member may go, a token may end. Then it ends too. */
export function endWithRight(
  { host: { callers }, gate, exchange }: { host: Host; gate: ConnectorGate; exchange: Exchange },
  { user_id, organization_id }: Identity,
  { session, onEnd }: Connection,
): void {
  const authorization = headerOf(exchange.request, "authorization");
  const look = async (): Promise<void> => {
    const caller = await callers.resolve(authorization, organization_id, null);
    const now = caller.identity;
    if (now?.organization_id === organization_id && now.permissions.has("connector:connect")) return;
    session.close(gate.codes.refused, caller.identity_problem ?? "You may not connect any more.");
  };
  // While the database is away nobody's right is known to have ended.
  const lookAgain = (): void => void look().catch(() => undefined);
  const stop = callers.onChange((changed) => {
    if (changed === null || changed === user_id) lookAgain();
  });
  const timer = setInterval(lookAgain, longestUnseenMs).unref();
  onEnd(() => {
    stop();
    clearInterval(timer);
  });
}
