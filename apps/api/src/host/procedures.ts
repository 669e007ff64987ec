/** What the host knows of procedures beyond calling them. */
import type { AnyProcedure } from "@trpc/server/unstable-core-do-not-import";
import type { ProcedureMeta } from "@rhesis/router/trpc";

/** Calls that carry many things at once and may be larger. */
export const bulkProcedures: ReadonlySet<string> = new Set(["test.create_many"]);

/** What a procedure was declared with. */
export function metaOf(procedure: AnyProcedure): ProcedureMeta {
  return procedure._def.meta as ProcedureMeta;
}

export function permissionOf(procedure: AnyProcedure): ProcedureMeta["permission"] {
  return metaOf(procedure).permission;
}
