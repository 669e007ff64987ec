import { randomUUID } from "node:crypto";
import { TRPCError } from "@trpc/server";
import { beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { callerFor } from "@rhesis/testkit/caller";
import { useTestDatabase } from "@rhesis/testkit/database";
import { populate } from "@rhesis/testkit/populate";
import { tokenOf } from "@rhesis/testkit/asset-contract";
import { createTenants, type TestOrganization } from "@rhesis/testkit/tenants";
import { permissions } from "@rhesis/auth/permissions";
import { appRouter } from "./root.ts";
import { describeError, type ProcedureMeta } from "./trpc.ts";

type Procedure = {
  _def: { type: "query" | "mutation" | "subscription"; meta?: ProcedureMeta; inputs: unknown[]; output?: unknown };
};
type JsonSchema = {
  type?: string;
  format?: string;
  enum?: unknown[];
  const?: unknown;
  default?: unknown;
  minimum?: number;
  items?: JsonSchema;
  properties?: Record<string, JsonSchema>;
  required?: string[];
  anyOf?: JsonSchema[];
  oneOf?: JsonSchema[];
};

const procedures = Object.entries(appRouter._def.procedures as unknown as Record<string, Procedure>);
const open = useTestDatabase();
let a: TestOrganization;
let b: TestOrganization;
let idsOfA: Map<string, string>;
let idsOfB: Map<string, string>;

beforeAll(async () => {
  ({ a, b } = await createTenants(open().database));
  for (const organization of [a, b]) await populate(open(), organization);
  [idsOfA, idsOfB] = await Promise.all([idsOf(a), idsOf(b)]);
});

/** One id of each table. */
async function idsOf({ id, people }: TestOrganization): Promise<Map<string, string>> {
  const tables = await open().admin<{ name: string }>(
    `select c.table_name as name from information_schema.columns c
     where c.table_schema = 'public' and c.column_name = 'id' and exists (select from information_schema.columns o
       where o.table_schema = 'public' and o.table_name = c.table_name and o.column_name = 'organization_id')`,
  );
  const found = new Map([
    ["user", people.member.user_id],
    ["organization", id],
  ]);
  for (const { name } of tables) {
    const [row] = await open().admin<{ id: string }>(
      `select id from "${name}" where organization_id = $1 order by id limit 1`,
      [id],
    );
    if (row !== undefined) found.set(name, row.id);
  }
  return found;
}

/** Which table an id of an input is of, where its name does not say so. */
const tableOfField: Record<string, string> = {
  "member.invitation id": "invitation",
  "member.revoke_invitation id": "invitation",
  entity_id: "topic",
  owner_id: "user",
};

function tableOf(procedure: string, field: string): string {
  const [resource = ""] = procedure.split(".");
  const named = tableOfField[`${procedure} ${field}`] ?? tableOfField[field];
  return named ?? (field === "id" ? resource : field.replace(/_ids?$/, ""));
}

function inputSchema({ _def }: Procedure): JsonSchema {
  return z.toJSONSchema(_def.inputs[0] as z.ZodType, { io: "input", unrepresentable: "any" }) as JsonSchema;
}

/** The ways to ids in an input: those of its own fields, also in lists. */
function idFields(schema: JsonSchema): string[] {
  return Object.entries(schema.properties ?? {}).flatMap(([field, value]) => (isId(value) ? [field] : []));
}

function isId(schema: JsonSchema): boolean {
  const options = [schema, ...(schema.anyOf ?? []), ...(schema.items === undefined ? [] : [schema.items])];
  return options.some(({ type, format }) => type === "string" && format === "uuid");
}

/** The least value that a schema takes; `idFor` says which id goes into a field. */
function sample(schema: JsonSchema, field: string, idFor: (field: string) => string): unknown {
  if (schema.const !== undefined) return schema.const;
  if (schema.enum !== undefined) return schema.enum[0];
  const options = (schema.anyOf ?? schema.oneOf)?.filter(({ type }) => type !== "null");
  if (options?.[0] !== undefined) return sample(options[0], field, idFor);
  switch (schema.type) {
    case "string":
      if (schema.format === "uuid") return idFor(field);
      if (schema.format === "email") return `${randomUUID()}@example.com`;
      return field.endsWith("url") ? "http://127.0.0.1:9/" : `A ${field}`;
    case "integer":
    case "number":
      return Math.max(schema.minimum ?? 1, 1);
    case "boolean":
      return false;
    case "array":
      return [sample(schema.items ?? {}, field, idFor)];
    case "object":
      return Object.fromEntries(
        (schema.required ?? []).map((key) => [key, sample(schema.properties?.[key] ?? {}, key, idFor)]),
      );
    default:
      return "anything";
  }
}

/** Inputs that no schema tells. */
const extra: Record<string, object> = {
  "test.create": { input: "Hello" },
  "test.create_many": { tests: [{ input: "Hello" }] },
  "parameter_environment.bind": { name: "production" },
  "parameter_environment.unbind": { name: "production" },
  "parameters.set_schema": { fields: [] },
  "schedule.preview": { cron: "0 6 * * *", time_zone: "UTC" },
  "schedule.create": { cron: "0 6 * * *", time_zone: "UTC" },
  "metric.try metric_id": { output: "Hello" },
  "metric.try model_id": { parameters: { implementation: "judge_numeric", evaluation_prompt: "Good?" } },
};

/** The input with `foreign` in one field and B's own ids in the others that are needed. */
function inputFor(name: string, procedure: Procedure, field: string | null, foreign: string): object {
  const schema = inputSchema(procedure);
  const idFor = (key: string) => (key === field ? foreign : (idsOfB.get(tableOf(name, key)) ?? randomUUID()));
  const needed = { ...(sample(schema, "", idFor) as object), ...extra[name], ...extra[`${name} ${field}`] };
  if (field === null) return needed;
  return { ...needed, [field]: sample(schema.properties?.[field] ?? {}, field, idFor) };
}

type Call = (input: unknown) => Promise<unknown>;

/** What came of a call, as a client sees it; of a subscription, its first event. */
async function outcome(name: string, identity: TestOrganization["people"]["owner"] | null, input: unknown) {
  const [resource = "", verb = ""] = name.split(".");
  const caller = callerFor(open().database, identity) as unknown as Record<string, Record<string, Call>>;
  try {
    const value = await caller[resource]?.[verb]?.(input);
    const isStream = typeof value === "object" && value !== null && Symbol.asyncIterator in value;
    const data: unknown = isStream
      ? (await (value as AsyncIterable<unknown>)[Symbol.asyncIterator]().next()).value
      : value;
    return { code: "done", data: JSON.stringify(data) };
  } catch (error) {
    if (!(error instanceof TRPCError)) throw error;
    return { code: error.code, data: JSON.stringify(describeError(error)) };
  }
}

describe.each(procedures)("%s", (name, procedure) => {
  const { meta, inputs, output } = procedure._def;

  test("says what it takes, what it gives, who may, and how programs call it", () => {
    expect(["signed_in", ...permissions]).toContain(meta?.permission);
    expect(inputs).toHaveLength(1);
    expect(inputs[0]).toBeInstanceOf(z.ZodType);
    expect(output).toBeInstanceOf(z.ZodType);
    const { openapi, no_rest_because } = meta ?? {};
    expect([openapi !== undefined, no_rest_because !== undefined].filter(Boolean)).toHaveLength(1);
    if (openapi !== undefined) {
      expect(openapi.summary.length).toBeGreaterThan(3);
      expect(openapi.tags.length).toBeGreaterThan(0);
      const parameters = [...openapi.path.matchAll(/\{(\w+)\}/g)].map((match) => match[1] ?? "");
      expect(Object.keys(inputSchema(procedure).properties ?? {})).toEqual(expect.arrayContaining(parameters));
    } else {
      expect(no_rest_because?.length).toBeGreaterThan(20);
    }
  });

  test("lets nobody in who has not signed in, and no token without the scope", async () => {
    expect((await outcome(name, null, {})).code).toBe("UNAUTHORIZED");
    if (meta?.permission === "signed_in") return;
    expect((await outcome(name, tokenOf(a.people.owner, [], null), {})).code).toBe("FORBIDDEN");
  });

  test("answers for another organization's ids as for ids that never were", async () => {
    const fields = idFields(inputSchema(procedure));
    for (const field of fields) {
      const table = tableOf(name, field);
      const theirs = idsOfA.get(table);
      expect(theirs, `an id of ${table} for ${field}`).toBeDefined();
      const [never, strange] = [randomUUID(), theirs ?? ""];
      const expected = await outcome(name, b.people.owner, inputFor(name, procedure, field, never));
      const got = await outcome(name, b.people.owner, inputFor(name, procedure, field, strange));
      expect(got.data.replaceAll(strange, "id"), field).toBe(expected.data.replaceAll(never, "id"));
      expect([got.code, got.code === "BAD_REQUEST"]).toEqual([expected.code, false]);
      if (field === "id") expect(got.code).toBe("NOT_FOUND");
    }
  });

  test("shows nothing of another organization when it is asked for its own", async () => {
    if (procedure._def.type !== "query") return;
    const { data } = await outcome(name, b.people.owner, inputFor(name, procedure, null, ""));
    for (const id of [a.id, ...idsOfA.values()]) expect(data).not.toContain(id);
  });
});

test("every permission that is declared lets somebody do something", () => {
  // A WebSocket is no procedure: see the gate of the connector.
  const used = new Set([...procedures.map(([, { _def }]) => _def.meta?.permission), "connector:connect"]);
  expect(permissions.filter((permission) => !used.has(permission))).toEqual([]);
});

test("no two procedures have the same REST operation", () => {
  const operations = procedures.flatMap(([, { _def }]) => {
    const { method, path } = _def.meta?.openapi ?? {};
    return method === undefined ? [] : [`${method} ${path?.replaceAll(/\{\w+\}/g, "{}")}`];
  });
  expect(operations.toSorted()).toEqual([...new Set(operations)].toSorted());
});
