import { execFile } from "node:child_process";
import { randomBytes, randomUUID } from "node:crypto";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { beforeAll, describe, expect, test } from "vitest";
import { parseApiToken } from "@rhesis/auth/api-token";
import { createSecretBox, parseSecretKeys, type SecretPlace } from "@rhesis/auth/sealed-secret";
import { findToken, membershipsOf } from "@rhesis/db/gates";
import { callerFor } from "@rhesis/testkit/caller";
import { useTestDatabase } from "@rhesis/testkit/database";
import { startIssuer } from "@rhesis/testkit/issuer";
import { createOrganization, createTenants, createUser, type TestOrganization } from "@rhesis/testkit/tenants";

const entry = fileURLToPath(new URL("./main.ts", import.meta.url));
const open = useTestDatabase();
const oldKey = `old:${randomBytes(32).toString("base64")}`;
const newKey = `new:${randomBytes(32).toString("base64")}`;
let a: TestOrganization;
let b: TestOrganization;

beforeAll(async () => {
  ({ a, b } = await createTenants(open().database));
});

type Outcome = { code: number; stdout: string; stderr: string };

/** Runs the command as an operator would, with exactly these variables. */
async function rhesis(args: string[], environment: Record<string, string> = {}): Promise<Outcome> {
  const defaults = { DATABASE_URL: open().app_url, DATABASE_OWNER_URL: open().owner_url, RHESIS_SECRET_KEYS: oldKey };
  try {
    const { stdout, stderr } = await promisify(execFile)(process.execPath, [entry, ...args], {
      env: { PATH: process.env["PATH"], ...defaults, ...environment },
    });
    return { code: 0, stdout, stderr };
  } catch (error) {
    const { code, stdout, stderr } = error as Outcome;
    return { code, stdout, stderr };
  }
}

test("every wrong or missing variable is named at once, and none is shown", async () => {
  const outcome = await rhesis(["doctor"], { DATABASE_URL: "mysql://root:hunter2@host/db", RHESIS_SECRET_KEYS: "" });
  expect(outcome.code).toBe(1);
  expect(outcome.stderr).toContain("DATABASE_URL");
  expect(outcome.stderr).toContain("RHESIS_SECRET_KEYS");
  expect(outcome.stderr).not.toContain("hunter2");
});

test("migrate brings the schema to this version, and may be repeated", async () => {
  const outcome = await rhesis(["migrate"]);
  expect(outcome).toMatchObject({ code: 0, stdout: "The schema is current.\n" });
});

describe("doctor", () => {
  test("finds nothing wrong with an installation that is right", async () => {
    const issuer = await startIssuer();
    try {
      const outcome = await rhesis(["doctor"], { OIDC_ISSUER: issuer.issuer });
      expect(outcome.stdout).not.toContain("FAIL");
      expect(outcome.code).toBe(0);
      expect(outcome.stdout.match(/^ok/gm)?.length).toBeGreaterThanOrEqual(7);
    } finally {
      await issuer.close();
    }
  });

  test("finds a login role that could read every organization, and says what to do", async () => {
    const outcome = await rhesis(["doctor"], { DATABASE_URL: open().admin_url });
    expect(outcome.code).toBe(1);
    expect(outcome.stdout).toMatch(/FAIL {2}login role is bound by row-level security: .* is a superuser/);
    expect(outcome.stdout).toContain("DATABASE_URL must name rhesis_app");
  });

  test("finds a login provider, a queue and a database that do not answer", async () => {
    const outcome = await rhesis(["doctor"], { OIDC_ISSUER: "http://127.0.0.1:9/", REDIS_URL: "redis://127.0.0.1:9" });
    expect(outcome.stdout).toMatch(/FAIL {2}login provider reachable/);
    expect(outcome.stdout).toMatch(/FAIL {2}queue reachable/);
    const away = await rhesis(["doctor"], { DATABASE_URL: "postgres://rhesis_app:secret@127.0.0.1:9/rhesis" });
    expect(away.stdout).toMatch(/FAIL {2}database reachable/);
    expect(away.stdout + away.stderr).not.toContain("secret@");
  });
});

test("token create makes a token that works, within what the member may do", async () => {
  const { stdout, code } = await rhesis([
    "token",
    "create",
    "--organization",
    a.id,
    "--email",
    "MEMBER@northwind.example",
  ]);
  expect(code).toBe(0);
  const hash = parseApiToken(stdout.trim());
  const token = hash === null ? null : await findToken(open().database.pool, hash);
  expect(token).toMatchObject({ organization_id: a.id, user_id: a.people.member.user_id });
  expect(token?.scopes).not.toContain("member:manage");
  const unknown = await rhesis(["token", "create", "--organization", a.id, "--email", "nobody@example.com"]);
  expect(unknown).toMatchObject({ code: 1, stderr: "nobody@example.com is not a member of this organization.\n" });
  const beyond = await rhesis([
    "token",
    "create",
    "--organization",
    a.id,
    "--email",
    "viewer@northwind.example",
    "--scope",
    "test:create",
  ]);
  expect(beyond.code).toBe(1);
});

type Sealed = { place: SecretPlace; secret: string; isGone: boolean };

/** Everything of an organization that holds a secret, kept and deleted, each sealed with the old key. */
async function plantSecrets(organization: TestOrganization): Promise<Sealed[]> {
  const caller = callerFor(open().database, organization.people.owner);
  const box = createSecretBox(parseSecretKeys(oldKey));
  const config = { url: "http://127.0.0.1:9/" };
  const planted: Sealed[] = [];
  for (const isGone of [false, true]) {
    const name = isGone ? "Deleted" : "Kept";
    const model = await caller.model.create({ name, provider: "openai", model_name: "m" });
    const endpoint = await caller.endpoint.create({ name, project_id: organization.project_id, config });
    if (isGone) await Promise.all([caller.model.delete({ id: model.id }), caller.endpoint.delete({ id: endpoint.id })]);
    const places = [
      { table: "model", column: "api_key", row_id: model.id },
      { table: "endpoint", column: "auth_secret", row_id: endpoint.id },
    ];
    for (const place of places.map((rest) => ({ organization_id: organization.id, ...rest }))) {
      const secret = randomUUID();
      const change = `update ${place.table} set ${place.column} = $1 where id = $2 returning deleted_at`;
      const [row] = await open().admin<{ deleted_at: Date | null }>(change, [box.seal(secret, place), place.row_id]);
      planted.push({ place, secret, isGone: row?.deleted_at !== null });
    }
  }
  return planted;
}

async function sealedAt({ table, column, row_id }: SecretPlace): Promise<string> {
  const [row] = await open().admin<{ sealed: string }>(`select ${column} as sealed from ${table} where id = $1`, [
    row_id,
  ]);
  return row?.sealed ?? "";
}

test("keys rotate seals every secret of every organization with the first key, and each still opens", async () => {
  const planted = [...(await plantSecrets(a)), ...(await plantSecrets(b))];
  expect(planted.map(({ isGone }) => isGone)).toEqual([false, false, true, true, false, false, true, true]);
  const keys = { RHESIS_SECRET_KEYS: `${newKey},${oldKey}` };
  const outcome = await rhesis(["keys", "rotate"], keys);
  expect(outcome).toMatchObject({ code: 0, stderr: "" });
  expect(outcome.stdout).toContain("8 secrets of");
  const renewed = createSecretBox(parseSecretKeys(newKey));
  const before = await Promise.all(planted.map(({ place }) => sealedAt(place)));
  expect(planted.map(({ place }, index) => renewed.open(before[index] ?? "", place))).toEqual(
    planted.map(({ secret }) => secret),
  );
  expect((await rhesis(["keys", "rotate"], keys)).stdout).toContain("0 secrets of");
  expect(await Promise.all(planted.map(({ place }) => sealedAt(place)))).toEqual(before);
});

test("keys rotate names what no key opens, and leaves it as it is", async () => {
  const [lost] = await plantSecrets(await createOrganization(open().database, "Fabrikam"));
  const place = lost?.place ?? { organization_id: "", table: "", column: "", row_id: "" };
  const strange = createSecretBox({ current: "gone", keys: { gone: randomBytes(32) } }).seal("sk", place);
  await open().admin(`update ${place.table} set ${place.column} = $1 where id = $2`, [strange, place.row_id]);
  const outcome = await rhesis(["keys", "rotate"], { RHESIS_SECRET_KEYS: `${newKey},${oldKey}` });
  expect(outcome.stdout).toContain("3 secrets of");
  expect(outcome.stdout).toContain(
    `could not be opened, enter it again: model ${place.row_id} of organization ${place.organization_id}`,
  );
  expect(await sealedAt(place)).toBe(strange);
});

test("seed makes an organization with the demo for a person who has signed in", async () => {
  const user_id = await createUser(open().database, "newcomer@example.com");
  const outcome = await rhesis(["seed", "--email", "newcomer@example.com", "--organization", "Trial"]);
  expect(outcome).toMatchObject({ code: 0 });
  const [membership] = await membershipsOf(open().database.pool, user_id);
  expect(membership).toMatchObject({ organization_name: "Trial", role: "owner" });
  const nobody = await rhesis(["seed", "--email", "nobody@example.com"]);
  expect(nobody).toMatchObject({ code: 1, stderr: "Nobody has signed in as nobody@example.com yet.\n" });
});

test("feature switches one organization's features, and says what is in force", async () => {
  const feature = (args: string[], environment: Record<string, string> = {}) =>
    rhesis(["feature", ...args, "--organization", a.id], environment);
  const list = async () => (await feature(["list"], { RHESIS_FEATURES: "endpoint_trial=false" })).stdout;
  expect(await feature(["set", "llm_judge", "off"])).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/^llm_judge is off for this organization/),
  });
  const [membership] = await membershipsOf(open().database.pool, a.people.owner.user_id);
  expect(membership?.feature_overrides).toEqual({ llm_judge: false });
  expect(await list()).toBe(
    "off  endpoint_trial  (this installation)\noff  llm_judge  (this organization)\non   api_tokens  (default)\n",
  );
  expect((await feature(["clear", "llm_judge"])).code).toBe(0);
  expect(await list()).toContain("on   llm_judge  (default)");
});

test.each([
  [["set", "teleport", "on"], /no feature "teleport".*llm_judge/],
  [["set", "llm_judge", "maybe"], /must be on or off/],
  [["list"], /no such organization/, "01900000-0000-7000-8000-000000000000"],
  [["list"], /must be the id of an organization/, "Northwind"],
])("feature %s is refused where something is not there", async (args, why, organization = a.id) => {
  const outcome = await rhesis(["feature", ...args, "--organization", organization]);
  expect(outcome.code).toBe(1);
  expect(outcome.stderr).toMatch(why);
});
