/** The one place where a request calls a procedure, so that each call of a batch is seen in traces. */
import type { AnyProcedure } from "@trpc/server/unstable-core-do-not-import";
import { isTracing, withSpan } from "@rhesis/telemetry/tracing";

type ProcedureCall = Parameters<AnyProcedure>[0];

/** Calls `procedure`, in a span named after it while spans go anywhere. @throws what the procedure throws */
export function callProcedure(procedure: AnyProcedure, call: ProcedureCall): Promise<unknown> {
  if (!isTracing()) return procedure(call);
  return withSpan(call.path, { "rhesis.procedure.type": call.type }, () => procedure(call));
}
