/** tRPC, set up once: the meta of a procedure, the shape of an error, and the only ways to make a procedure. */
import { randomUUID } from "node:crypto";
import { initTRPC, TRPCError } from "@trpc/server";
import superjson from "superjson";
import { ZodError } from "zod";
import type { Permission } from "@rhesis/auth/permissions";
import type { Database } from "@rhesis/db/database";
import type { Tenant, Tx } from "@rhesis/db/tenant";
import { AppError, type ErrorCode, type FieldProblem } from "@rhesis/telemetry/app-error";
import { asAppError, codeOfTrpc, transportOf } from "./error-map.ts";
import { tenantOf, type CallingOutContext, type Member, type RequestContext, type TenantContext } from "./context.ts";
import { idOfKey, replayOrRun, type IdempotentCall } from "./idempotency.ts";

export type RestOperation = {
  method: "GET" | "POST" | "PATCH" | "PUT" | "DELETE";
  path: `/${string}`;
  tags: string[];
  summary: string;
  description?: string;
  protect?: boolean;
  /** The status of success where it is not 200 (201 for POST that creates). */
  successStatus?: 200 | 201 | 202 | 204;
  /** Of 201 and 202: where what was made is found, by fields of the answer or the input. If left out: `path` and its id. */
  location?: `/${string}`;
};

/** The REST operation of a procedure, or why it has none. */
export type Rest = RestOperation | { no_rest_because: string };

export type ProcedureMeta = {
  permission: Permission | "signed_in" | "public";
  /** A call that is repeated with the same Idempotency-Key is answered, not repeated. */
  is_idempotent?: true;
  openapi?: RestOperation;
  no_rest_because?: string;
};

function metaOf(permission: ProcedureMeta["permission"], rest: Rest): ProcedureMeta {
  return "path" in rest ? { permission, openapi: rest } : { permission, ...rest };
}

function idempotentMetaOf(permission: ProcedureMeta["permission"], rest: Rest): ProcedureMeta {
  return { ...metaOf(permission, rest), is_idempotent: true };
}

/** What both transports know of a failure. `message` and `problems` are for the caller; faults of ours say nothing. */
export type ErrorDetail = { code: ErrorCode; problems: FieldProblem[]; request_id: string };

const t = initTRPC
  .context<RequestContext>()
  .meta<ProcedureMeta>()
  .create({
    transformer: superjson,
    defaultMeta: { permission: "public" },
    sse: {
      ping: { enabled: true, intervalMs: 15_000 },
      client: { reconnectAfterInactivityMs: 35_000 },
      // A stream is made anew now and then, so that whoever lost the right to it stops seeing it.
      maxDurationMs: 10 * 60_000,
    },
    errorFormatter({ shape, error, ctx }) {
      const detail = describeError(error);
      return {
        code: shape.code,
        message: detail.message,
        data: {
          code: shape.data.code,
          httpStatus: shape.data.httpStatus,
          error: {
            code: detail.code,
            problems: detail.problems,
            request_id: ctx?.request_id ?? "",
          } satisfies ErrorDetail,
        },
      };
    },
  });

const mostProblems = 100;
const longestMessage = 1_000;

/** What may be told about an error. Faults of ours get one fixed text. */
export function describeError(error: TRPCError): { code: ErrorCode; message: string; problems: FieldProblem[] } {
  if (error.cause instanceof ZodError && error.code === "BAD_REQUEST") {
    const problems = error.cause.issues.slice(0, mostProblems).map((issue) => ({
      path: issue.path.map((part) => (typeof part === "number" ? part : String(part))),
      message: issue.message.slice(0, longestMessage),
    }));
    return { code: "invalid", message: "The input is not valid.", problems };
  }
  const known = asAppError(error.cause);
  if (known !== null) return { code: known.code, message: known.message, problems: known.problems };
  if (error.code === "INTERNAL_SERVER_ERROR") {
    return {
      code: "internal",
      message: "Something went wrong on our side. The request id helps us find it.",
      problems: [],
    };
  }
  // What a parser threw was not written for callers: an overflow, a text that is no JSON.
  const message = error.code === "BAD_REQUEST" && error.cause !== undefined ? "The input is not valid." : error.message;
  return { code: codeOfTrpc[error.code], message, problems: [] };
}

export const router = t.router;
export const createCallerFactory = t.createCallerFactory;

/** Turns what a resolver threw into a tRPC error with the right code; the rest stays an internal error. */
const translateErrors = t.middleware(async ({ next }) => {
  const result = await next();
  if (result.ok) return result;
  const known = asAppError(result.error.cause);
  if (known === null) return result;
  throw new TRPCError({ code: transportOf[known.code].trpc, message: known.message, cause: known });
});

const base = t.procedure.use(translateErrors);

/** Answers without asking who is calling. */
export function openProcedure(rest: Rest) {
  return base.meta(metaOf("public", rest));
}

/** For whoever is signed in, also before they belong to an organization. Opens no transaction. */
export function signedInProcedure(rest: Rest) {
  return base.meta(metaOf("signed_in", rest)).use(({ ctx, next }) => {
    return next({ ctx: { ...ctx, identity: requireIdentity(ctx) } });
  });
}

class Rollback extends Error {
  readonly result: unknown;
  constructor(result: unknown) {
    super("rolled back");
    this.result = result;
  }
}

/** One transaction that takes effect once per key. tRPC's `next()` never throws: what is not ok is thrown to roll back. */
async function writeOnce<R extends { ok: boolean }>(
  database: Database,
  tenant: Tenant,
  call: IdempotentCall,
  run: (tx: Tx) => Promise<R>,
): Promise<R> {
  try {
    return await database.write(tenant, async (tx) => {
      const result = await replayOrRun(tx, call, () => run(tx));
      if (!result.ok) throw new Rollback(result);
      return result;
    });
  } catch (error) {
    if (error instanceof Rollback) return error.result as R;
    throw error;
  }
}

/**
 * The ordinary procedure: the caller may do `permission`, and all happens in `ctx.tx`, a transaction of their
 * organization. Queries read only.
 */
export function procedure(permission: Permission, rest: Rest) {
  return base.meta(idempotentMetaOf(permission, rest)).use(async ({ ctx, next, type, path, getRawInput }) => {
    const identity = requireMember(ctx, permission);
    const tenant = tenantOf(identity, ctx.request_id);
    const { database, secrets } = ctx.platform;
    const run = (tx: Tx) => next({ ctx: { ...ctx, identity, platform: { secrets }, tx } satisfies TenantContext });
    if (type === "query") return database.read(tenant, run);
    return writeOnce(database, tenant, { ctx, user_id: identity.user_id, path, getRawInput }, run);
  });
}

/**
 * For a person who makes an organization: `ctx.tx` is a transaction of the one that is to be made, `ctx.organization_id`.
 * The same person's same key is the same organization.
 */
export function foundingProcedure(rest: Rest) {
  return base.meta(idempotentMetaOf("signed_in", rest)).use(async ({ ctx, next, path, getRawInput }) => {
    const { kind, user_id } = requireIdentity(ctx);
    if (kind === "token") {
      throw new AppError("forbidden", "A token belongs to one organization. Sign in to create another.");
    }
    const organization_id = ctx.idempotency_key === null ? randomUUID() : idOfKey(user_id, ctx.idempotency_key);
    const tenant = { organization_id, user_id, request_id: ctx.request_id };
    const { platform: _, ...rest } = ctx;
    const run = (tx: Tx) => next({ ctx: { ...rest, user_id, organization_id, tx } });
    return writeOnce(ctx.platform.database, tenant, { ctx, user_id, path, getRawInput }, run);
  });
}

/**
 * For procedures that call a target or a model, and for subscriptions: no transaction stays open; `ctx.tenant.read` and
 * `ctx.tenant.write` are short ones.
 */
export function callingOutProcedure(permission: Permission, rest: Rest) {
  return base.meta(metaOf(permission, rest)).use(({ ctx, next }) => {
    const identity = requireMember(ctx, permission);
    const tenant = tenantOf(identity, ctx.request_id);
    const { database, ...platform } = ctx.platform;
    return next({
      ctx: {
        ...ctx,
        identity,
        platform,
        tenant: { read: (work) => database.read(tenant, work), write: (work) => database.write(tenant, work) },
      } satisfies CallingOutContext,
    });
  });
}

function requireIdentity(ctx: RequestContext) {
  if (ctx.identity === null) {
    throw new AppError("unauthenticated", ctx.identity_problem ?? "Sign in, or send an API token as bearer token.");
  }
  return ctx.identity;
}

/** The caller, where they belong to an organization and may do `permission`. @throws unauthenticated; forbidden */
export function requireMember(ctx: RequestContext, permission: Permission): Member {
  const identity = requireIdentity(ctx);
  const { organization_id, role } = identity;
  if (organization_id === null || role === null) {
    throw new AppError("forbidden", "You do not belong to an organization yet. Create one, or ask to be invited.");
  }
  if (!identity.permissions.has(permission)) {
    const who = identity.kind === "token" ? "This token" : `The role ${role}`;
    throw new AppError("forbidden", `${who} does not include ${permission}.`);
  }
  return { ...identity, organization_id, role };
}
