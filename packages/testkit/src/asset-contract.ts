/** What every asset keeps: denials first, then conflicts, then its life from creation to restoration. */
import { TRPCError } from "@trpc/server";
import { beforeAll, describe, expect, test } from "vitest";
import type { Identity } from "@rhesis/auth/identity";
import { permissionsOf, roles, type Permission, type Role } from "@rhesis/auth/permissions";
import { AppError } from "@rhesis/telemetry/app-error";
import { callerFor, type Caller } from "./caller.ts";
import type { TestDatabase } from "./database.ts";
import { createTenants, type TestOrganization } from "./tenants.ts";

export type Asset = { id: string; version: number; created_at: Date; updated_at: Date };
type Page = { items: { id: string }[]; next_cursor: string | null; total: number };

/** The five procedures that each asset has. */
export type AssetProcedures = {
  list(input: object): Promise<Page>;
  get(input: { id: string }): Promise<Asset>;
  create(input: object): Promise<Asset>;
  update(input: { id: string; expected_version?: number }): Promise<Asset>;
  delete(input: { id: string; expected_version?: number }): Promise<{ id: string; deletion_id: string }>;
};

export type AssetContract = {
  /** As in the router and in SQL. */
  resource: Extract<Permission, `${string}:delete`> extends `${infer R}:delete` ? R : never;
  procedures: (caller: Caller) => AssetProcedures;
  /** The least role that may write. */
  writer: Exclude<Role, "viewer">;
  /** Makes what a new asset of an organization names, where that takes more than its project. */
  prepare?: (open: TestDatabase, organization: TestOrganization) => Promise<void>;
  /** Input of a new asset whose name or text holds `label`. */
  create: (organization: TestOrganization, label: string) => object;
  /** A change of one field, and the same field afterwards. */
  change: (label: string) => Record<string, unknown>;
  /** Inputs of create that are refused, and the field that is named. */
  refused: { why: string; input: (organization: TestOrganization) => object; field: string }[];
  /** False where two may have the same name. */
  has_unique_name?: boolean;
  /** True where an asset belongs to one project, so that a token bound to another does not see it. */
  is_project_scoped?: boolean;
};

type World = { open: TestDatabase; a: TestOrganization; b: TestOrganization };
type Enter = () => World & { as: (identity: Identity | null) => AssetProcedures; writer: AssetProcedures };

/** What a call came to: "done", or the code of its error. */
export async function codeOf(call: Promise<unknown>): Promise<string> {
  return call.then(
    () => "done",
    (error: unknown) => (error instanceof TRPCError ? error.code : `not a tRPC error: ${String(error)}`),
  );
}

/** Where the input of a call was refused: paths joined with dots. */
export async function problemsOf(call: Promise<unknown>): Promise<string[]> {
  const error: unknown = await call.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  const cause = error instanceof TRPCError ? error.cause : undefined;
  if (cause instanceof AppError) return cause.problems.map(({ path }) => path.join("."));
  const issues = (cause as { issues?: { path: PropertyKey[]; keys?: string[] }[] } | undefined)?.issues ?? [];
  return issues.map(({ path, keys }) => [...path, ...(keys ?? [])].map(String).join("."));
}

/** A token of `identity` with these scopes, bound to a project where one is named. */
export function tokenOf(identity: Identity, scopes: readonly string[] | null, project_id: string | null): Identity {
  const permissions = new Set(identity.role === null ? [] : permissionsOf(identity.role, scopes));
  return { ...identity, kind: "token", token_id: identity.user_id, permissions, project_id };
}

/** Declares the tests of one asset. Call it inside a test file with the database of that file. */
export function describeAsset(contract: AssetContract, database: () => TestDatabase): void {
  describe(`${contract.resource} as an asset`, () => {
    let world: World | undefined;
    beforeAll(async () => {
      const open = database();
      const { a, b } = await createTenants(open.database);
      for (const organization of [a, b]) await contract.prepare?.(open, organization);
      world = { open, a, b };
    });
    const enter: Enter = () => {
      if (world === undefined) throw new Error("the organizations are created before the first test");
      const { open } = world;
      const as = (identity: Identity | null) => contract.procedures(callerFor(open.database, identity));
      return { ...world, as, writer: as(world.a.people[contract.writer]) };
    };
    describeDenials(contract, enter);
    describeIsolation(contract, enter);
    describeRefusals(contract, enter);
    describeLife(contract, enter);
    describeList(contract, enter);
    if (contract.is_project_scoped === true) describeProjectScope(contract, enter);
  });
}

let labels = 0;
function newLabel(): string {
  return `label-${++labels}-${Math.random().toString(36).slice(2, 8)}`;
}

/** The roles that may read and not write. */
function readersBeside(writer: AssetContract["writer"]): Role[] {
  return roles.slice(roles.indexOf(writer) + 1);
}

function describeDenials(contract: AssetContract, enter: Enter): void {
  const everyCall = async (api: AssetProcedures, a: TestOrganization, id: string) => ({
    list: await codeOf(api.list({})),
    get: await codeOf(api.get({ id })),
    create: await codeOf(api.create(contract.create(a, newLabel()))),
    update: await codeOf(api.update({ id, ...contract.change(newLabel()) })),
    delete: await codeOf(api.delete({ id })),
  });

  test("nobody gets in without an identity", async () => {
    const { a, as, writer } = enter();
    const { id } = await writer.create(contract.create(a, newLabel()));
    const all = "UNAUTHORIZED";
    expect(await everyCall(as(null), a, id)).toEqual({ list: all, get: all, create: all, update: all, delete: all });
  });

  test("a viewer reads and changes nothing, a token without scopes does neither", async () => {
    const { a, as, writer } = enter();
    const { id } = await writer.create(contract.create(a, newLabel()));
    const no = "FORBIDDEN";
    const none = { list: no, get: no, create: no, update: no, delete: no };
    expect(await everyCall(as(tokenOf(a.people.owner, [], null)), a, id)).toEqual(none);
    for (const role of readersBeside(contract.writer)) {
      expect(await everyCall(as(a.people[role]), a, id)).toEqual({ ...none, list: "done", get: "done" });
    }
  });
}

function describeIsolation(contract: AssetContract, enter: Enter): void {
  test("another organization's is not found, not listed, not counted, not restored", async () => {
    const { a, b, as, writer, open } = enter();
    const made = await writer.create(contract.create(a, newLabel()));
    const { id } = made;
    const stranger = as(b.people.owner);
    const before = await stranger.list({});
    expect(before.items.map((item) => item.id)).not.toContain(id);
    expect(await codeOf(stranger.get({ id }))).toBe("NOT_FOUND");
    expect(await codeOf(stranger.update({ id, ...contract.change(newLabel()) }))).toBe("NOT_FOUND");
    expect(await codeOf(stranger.update({ id }))).toBe("NOT_FOUND");
    expect(await codeOf(stranger.delete({ id }))).toBe("NOT_FOUND");
    const { deletion_id } = await writer.delete({ id });
    const strange = callerFor(open.database, b.people.owner).deletion;
    expect(await codeOf(strange.restore({ deletion_id }))).toBe("NOT_FOUND");
    expect(await codeOf(strange.purge({ deletion_id }))).toBe("NOT_FOUND");
    expect((await strange.list({})).total).toBe(0);
    await callerFor(open.database, a.people.owner).deletion.restore({ deletion_id });
    expect(await writer.get({ id })).toMatchObject({ id });
  });
}

function describeRefusals(contract: AssetContract, enter: Enter): void {
  test.each(contract.refused)("refuses $why", async ({ input, field }) => {
    const { a, writer } = enter();
    expect(await problemsOf(writer.create(input(a)))).toContain(field);
  });

  test("refuses what it does not know", async () => {
    const { a, writer } = enter();
    const input = { ...contract.create(a, newLabel()), organization_id: a.id };
    expect(await problemsOf(writer.create(input))).toEqual(["organization_id"]);
  });

  test("refuses a change of a version that is not the current one", async () => {
    const { a, writer } = enter();
    const { id, version } = await writer.create(contract.create(a, newLabel()));
    const changed = await writer.update({ id, expected_version: version, ...contract.change(newLabel()) });
    expect(changed.version).toBe(version + 1);
    const late = { id, expected_version: version };
    expect(await codeOf(writer.update({ ...late, ...contract.change(newLabel()) }))).toBe("PRECONDITION_FAILED");
    expect(await codeOf(writer.update(late))).toBe("PRECONDITION_FAILED");
    expect(await codeOf(writer.delete(late))).toBe("PRECONDITION_FAILED");
    expect(await writer.get({ id })).toMatchObject({ version: version + 1 });
  });

  if (contract.has_unique_name === false) return;
  test("takes a name once, again after deletion", async () => {
    const { a, writer, open } = enter();
    const input = contract.create(a, newLabel());
    const first = await writer.create(input);
    expect(await codeOf(writer.create(input))).toBe("CONFLICT");
    expect(await problemsOf(writer.create(input))).toEqual(["name"]);
    const { deletion_id } = await writer.delete({ id: first.id });
    const second = await writer.create(input);
    const bin = callerFor(open.database, a.people.owner).deletion;
    expect(await codeOf(bin.restore({ deletion_id }))).toBe("CONFLICT");
    await writer.delete({ id: second.id });
    expect(await bin.restore({ deletion_id })).toEqual({ restored: 1 });
  });
}

function describeLife(contract: AssetContract, enter: Enter): void {
  test("lives: created, read, changed, deleted, restored, purged, each with its audit row", async () => {
    const { a, writer, open } = enter();
    const label = newLabel();
    const made = await writer.create(contract.create(a, label));
    expect(await writer.get({ id: made.id })).toMatchObject(made);
    const change = contract.change(newLabel());
    const changed = await writer.update({ id: made.id, ...change });
    expect(changed).toEqual({ ...made, ...change, version: made.version + 1, updated_at: changed.updated_at });
    expect(await writer.update({ id: made.id })).toEqual(changed);
    const { deletion_id } = await writer.delete({ id: made.id });
    expect(await codeOf(writer.get({ id: made.id }))).toBe("NOT_FOUND");
    expect(await codeOf(writer.update({ id: made.id, ...change }))).toBe("NOT_FOUND");
    expect(await codeOf(writer.delete({ id: made.id }))).toBe("NOT_FOUND");
    expect((await writer.list({})).items.map((item) => item.id)).not.toContain(made.id);
    const bin = callerFor(open.database, a.people.owner).deletion;
    const [newest] = (await bin.list({})).items;
    const who = a.people[contract.writer].user_id;
    expect(newest).toMatchObject({ id: deletion_id, entity_type: contract.resource, entity_id: made.id, user_id: who });
    expect(await bin.restore({ deletion_id })).toEqual({ restored: 1 });
    expect(await writer.get({ id: made.id })).toMatchObject({ ...change, id: made.id });
    const again = await writer.delete({ id: made.id });
    expect(await bin.purge({ deletion_id: again.deletion_id })).toEqual({ purged: 1 });
    expect(await codeOf(bin.restore({ deletion_id: again.deletion_id }))).toBe("NOT_FOUND");
    const audit = await open.admin<{ action: string; user_id: string }>(
      "select action, user_id from audit_log where entity_type = $1 and entity_id = $2 order by id",
      [contract.resource, made.id],
    );
    expect(audit.map(({ action }) => action)).toEqual(["create", "update", "delete", "update", "delete", "delete"]);
    expect(audit.slice(0, 3).every(({ user_id }) => user_id === who)).toBe(true);
  });
}

function describeList(contract: AssetContract, enter: Enter): void {
  test("lists every one once, page by page, in order both ways, and finds by text", async () => {
    const { a, writer } = enter();
    const label = newLabel();
    const ids: string[] = [];
    for (const nth of ["a", "b", "c", "d", "e"]) {
      ids.push((await writer.create(contract.create(a, `${label}-${nth}`))).id);
    }
    const newestFirst = ids.toReversed();
    expect(await walk(writer, { q: label, limit: 2 })).toEqual(newestFirst);
    expect(await walk(writer, { q: label, limit: 2, sort: "created_at" })).toEqual(ids);
    const byName: [string, string[]][] = [
      ["name", ids],
      ["-name", newestFirst],
    ];
    for (const [sort, expected] of contract.has_unique_name === false ? [] : byName) {
      expect(await walk(writer, { q: label, limit: 2, sort })).toEqual(expected);
    }
    const page = await writer.list({ q: label, limit: 2, offset: 3 });
    expect(page.items.map((item) => item.id)).toEqual(newestFirst.slice(3));
    expect(page.total).toBe(5);
    expect((await writer.list({ q: `${label}%` })).total).toBe(0);
    expect(await codeOf(writer.list({ cursor: "bm9uc2Vuc2U" }))).toBe("UNPROCESSABLE_CONTENT");
    expect(await codeOf(writer.list({ sort: "organization_id" }))).toBe("BAD_REQUEST");
    expect(await codeOf(writer.list({ limit: 101 }))).toBe("BAD_REQUEST");
  });
}

async function walk(api: AssetProcedures, input: object): Promise<string[]> {
  const seen: string[] = [];
  let cursor: string | null | undefined;
  do {
    const page: Page = await api.list({ ...input, ...(typeof cursor === "string" ? { cursor } : {}) });
    seen.push(...page.items.map((item) => item.id));
    cursor = page.next_cursor;
  } while (cursor !== null && seen.length < 100);
  return seen;
}

function describeProjectScope(contract: AssetContract, enter: Enter): void {
  test("a token bound to another project does not see it and makes none elsewhere", async () => {
    const { a, as, writer, open } = enter();
    const { id } = await writer.create(contract.create(a, newLabel()));
    const other = await callerFor(open.database, a.people.owner).project.create({ name: newLabel() });
    const stranger = as(tokenOf(a.people.owner, null, other.id));
    expect(await stranger.list({})).toMatchObject({ items: [], total: 0 });
    expect(await codeOf(stranger.list({ project_id: a.project_id }))).toBe("NOT_FOUND");
    expect(await codeOf(stranger.get({ id }))).toBe("NOT_FOUND");
    expect(await codeOf(stranger.update({ id, ...contract.change(newLabel()) }))).toBe("NOT_FOUND");
    expect(await codeOf(stranger.delete({ id }))).toBe("NOT_FOUND");
    expect(await codeOf(stranger.create(contract.create(a, newLabel())))).toBe("NOT_FOUND");
    const own = as(tokenOf(a.people.owner, null, a.project_id));
    expect(await own.get({ id })).toMatchObject({ id });
    const { deletion_id } = await own.delete({ id });
    const bin = callerFor(open.database, tokenOf(a.people.owner, null, other.id)).deletion;
    expect(await codeOf(bin.restore({ deletion_id }))).toBe("NOT_FOUND");
  });
}
