/** How a target client reaches functions of connected processes. Who is connected where is not its business. */
import type { Json } from "../target/schema.ts";
import type { ExecuteTestMessage } from "./schema.ts";

export type ConnectorCall = Pick<
  ExecuteTestMessage,
  "function_name" | "inputs" | "parameters" | "timeout_ms" | "idempotency_key"
> & {
  environment: string;
  signal: AbortSignal | undefined;
};

export type ConnectorReply =
  | { kind: "answered"; output: Json }
  /** The function ended with an error. */
  | { kind: "function_failed"; error: string }
  /** Nobody is connected that offers the function in that environment. */
  | { kind: "not_connected" }
  /** Whoever worked on it is gone. */
  | { kind: "closed" }
  | { kind: "timeout" }
  | { kind: "cancelled" };

/** Throws only for faults of ours. */
export type ConnectorPort = { call(call: ConnectorCall): Promise<ConnectorReply> };
