import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { callerFor } from "../caller.ts";
import { useTestDatabase } from "../database.ts";
import { startStack, type Stack } from "../stack.ts";
import { createTenants, identityOf, type TestOrganization } from "../tenants.ts";
import { createApiToken } from "../api-token.ts";
import { catalogue, callTrpc } from "./wire.ts";

/** Told to the system as secrets. They go to the application and the provider they are meant for, and nowhere else. */
const planted = {
  bearer: "planted-bearer-5b1f0c6e9a",
  key_in_query: "planted-query-77d0c2a4f1",
  model_key: "planted-model-0e4b9d31c8",
  fresh: "planted-fresh-92ac51de07",
};

const open = useTestDatabase();
let stack: Stack;
let a: TestOrganization;
let token: string;
let echo: Server;
let echoUrl: string;
const answers: string[] = [];
const seen: string[] = [];

beforeAll(async () => {
  ({ a } = await createTenants(open().database));
  token = await createApiToken(open().database, a.people.owner);
  // Gives back all that it got, as careless applications do in their error pages.
  echo = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const { url, headers } = request;
      const text = JSON.stringify({ output: JSON.stringify({ url, headers }), body: Buffer.concat(chunks).toString() });
      seen.push(text);
      response.writeHead(headers["x-fail"] === "1" ? 401 : 200, { "x-echo": headers.authorization ?? "none" });
      response.end(text);
    });
  });
  await new Promise<void>((resolve) => echo.listen(0, "127.0.0.1", resolve));
  echoUrl = `http://127.0.0.1:${(echo.address() as AddressInfo).port}`;
  stack = await startStack(open(), { environment: { RATE_LIMIT_PER_MINUTE: "0" } });
});
afterAll(async () => {
  await stack.close();
  echo.close();
});

type Json = Record<string, unknown> & { id: string };

async function rest(method: string, path: string, body?: object, more: Record<string, string> = {}): Promise<Json> {
  const response = await fetch(`${stack.url}/api/v1${path}`, {
    method,
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json", ...more },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  if (path !== "/api-tokens") answers.push(`${method} ${path}: ${text} ${JSON.stringify([...response.headers])}`);
  return JSON.parse(text) as Json;
}

const config = (more: object = {}) => ({
  url: `${echoUrl}/chat`,
  response_mapping: { output: "$.output", metadata: "$" },
  max_attempts: 1,
  ...more,
});

/** Makes, changes, tries, runs and breaks things with secrets in them. */
async function useSecrets(): Promise<string> {
  const { project_id } = a;
  const bearer = await rest("POST", "/endpoints", {
    project_id,
    name: "Bearer",
    config: config({ auth: { type: "bearer" } }),
    secret: planted.bearer,
  });
  const auth = { type: "api_key", in: "query", name: "key" };
  const query = await rest("POST", "/endpoints", {
    project_id,
    name: "Key",
    config: config({ auth }),
    secret: planted.key_in_query,
  });
  await rest("POST", `/endpoints/${bearer.id}/invoke`, { input: "Hello" });
  await rest("POST", `/endpoints/${query.id}/invoke`, { input: "Hello" });
  await rest("POST", "/endpoints/try", {
    endpoint_id: bearer.id,
    config: config({ auth: { type: "bearer" }, headers: { "x-fail": "1" } }),
    input: "x",
  });
  await rest("POST", "/endpoints", { project_id, name: "Bearer", config: config(), secret: planted.fresh });
  await rest("POST", "/endpoints", { project_id, name: 7, config: config(), secret: planted.fresh });
  await rest("PATCH", `/endpoints/${bearer.id}`, { secret: planted.bearer, config: { auth: { type: "bearer" } } });
  const model = { name: "Judge", provider: "openai_compatible", model_name: "m", base_url: `${echoUrl}/v1` };
  const judge = await rest("POST", "/models", { ...model, api_key: planted.model_key, is_default: true });
  await rest("POST", "/models", { ...model, api_key: planted.fresh });
  await rest("POST", "/models/try", { id: judge.id });
  return runWith(project_id, bearer.id);
}

async function runWith(project_id: string, endpoint_id: string): Promise<string> {
  const parameters = { implementation: "judge_numeric", evaluation_prompt: "Is it good?" };
  const metric = await rest("POST", "/metrics", { name: "Good", parameters });
  await rest("POST", "/metrics/try", { metric_id: metric.id, output: "x" });
  const set = await rest("POST", "/test-sets", { project_id, name: "Set" });
  const { id } = await rest("POST", "/tests", { project_id, input: "Hello" });
  await rest("POST", `/test-sets/${set.id}/tests`, { test_ids: [id] });
  const run = await rest("POST", `/test-sets/${set.id}/execute`, { endpoint_id, metric_ids: [metric.id] });
  await expect
    .poll(async () => (await rest("GET", `/test-runs/${run.id}`))["status"], { timeout: 25_000, interval: 200 })
    .toBe("completed");
  return run.id;
}

/** Answers of everything that can be asked without saying what about, and of what those answers name. */
async function readAll(run_id: string): Promise<void> {
  const headers = { authorization: `Bearer ${token}` };
  for (const procedure of catalogue.filter(({ type }) => type === "query")) {
    answers.push((await callTrpc(stack.url, headers, procedure, { test_run_id: run_id })).text);
    const { text } = await callTrpc(stack.url, headers, procedure, {});
    answers.push(text);
    const ids = new Set([...text.matchAll(/"id":"([0-9a-f-]{36})"/g)].map((match) => match[1]));
    const get = catalogue.find(({ name }) => name === procedure.name.replace(".list", ".get"));
    if (get === undefined) continue;
    for (const id of ids) answers.push((await callTrpc(stack.url, headers, get, { id })).text);
  }
  const results = await rest("GET", `/test-results?test_run_id=${run_id}`);
  for (const { id } of results["items"] as Json[]) await rest("GET", `/test-results/${id}`);
  for (const path of ["/metrics", "/readyz", "/config.json"])
    answers.push(await (await fetch(stack.url + path)).text());
}

/** Every row of every table, as text and as bytes. */
async function everyRow(): Promise<string[]> {
  const tables = await open().admin<{ name: string }>(
    "select format('%I.%I', schemaname, tablename) as name from pg_tables where schemaname not in ('pg_catalog', 'information_schema')",
  );
  const all: string[] = [];
  for (const { name } of tables) {
    const rows = await open().admin<{ row: string }>(`select t::text as row from ${name} t`);
    all.push(...rows.map(({ row }) => `${name}: ${row}`));
  }
  return all;
}

function leaks(texts: readonly string[], secrets: readonly string[]): string[] {
  const forms = secrets.flatMap((secret) => [
    secret,
    Buffer.from(secret).toString("base64"),
    Buffer.from(secret).toString("hex"),
  ]);
  return texts.flatMap((text) => {
    const form = forms.find((one) => text.includes(one));
    return form === undefined ? [] : [`…${text.slice(Math.max(0, text.indexOf(form) - 300), text.indexOf(form) + 60)}`];
  });
}

describe("a planted secret", () => {
  test("is in no answer, no log, no row, no queue and no metric", async () => {
    await readAll(await useSecrets());
    const secrets = Object.values(planted);
    // The proof that they were used at all.
    expect(
      [planted.bearer, planted.key_in_query, planted.model_key].map((one) => seen.some((text) => text.includes(one))),
    ).toEqual([true, true, true]);
    expect(leaks(answers, [...secrets, token])).toEqual([]);
    expect(
      leaks(
        [...stack.apis, ...stack.workers].map((program) => program.output()),
        [...secrets, token],
      ),
    ).toEqual([]);
    expect(leaks(await everyRow(), [...secrets, token])).toEqual([]);
  }, 90_000);

  test("that is a new API token is in its one answer, also where the call may be repeated", async () => {
    const key = { "idempotency-key": "once-more" };
    const made = await rest("POST", "/api-tokens", { name: "New" }, key);
    const secret = String(made["token"]);
    expect(secret).toMatch(/^rh-/);
    expect(leaks(await everyRow(), [secret])).toEqual([]);
    const again = await rest("POST", "/api-tokens", { name: "New" }, key);
    expect([again["status"], again["token"]]).toEqual([409, undefined]);
    const [{ count } = { count: 0 }] = await open().admin<{ count: number }>(
      "select count(*)::int from api_token where name = 'New'",
    );
    expect(count).toBe(1);
  });
});

test("a secret that is pasted in a command is in its answer, apart, and nowhere else", async () => {
  const secret = "planted-pasted-41c09be2d7";
  const calls = seen.length;
  const propose = async (command: string) => {
    const response = await fetch(`${stack.url}/api/v1/endpoints/propose`, {
      method: "POST",
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json", "idempotency-key": "pasted" },
      body: JSON.stringify({ source: { type: "curl", command } }),
    });
    return response.json() as Promise<Record<string, unknown>>;
  };
  const command = `curl ${echoUrl}/chat -H 'Authorization: Bearer ${secret}' -H 'X-Api-Key: ${secret}' -b 'sid=${secret}' --json `;
  const { proposal } = (await propose(`${command}'{"message":"Hi","password":"${secret}"}'`)) as { proposal: Json };
  const { secret: found, ...shown } = proposal;
  expect(found).toBe(secret);
  const broken = await propose(`${command}'{"message":'${secret}`);
  expect(broken).toMatchObject({ status: 422 });
  expect(leaks([JSON.stringify(shown), JSON.stringify(broken)], [secret])).toEqual([]);
  expect(
    leaks(
      [...stack.apis, ...stack.workers].map((program) => program.output()),
      [secret],
    ),
  ).toEqual([]);
  expect(leaks(await everyRow(), [secret])).toEqual([]);
  expect(seen).toHaveLength(calls);
});

describe("what would be shown to every reader", () => {
  const owner = () => callerFor(open().database, identityOf(a.people.owner.user_id, a.id, "owner"));
  const refused = async (call: Promise<unknown>): Promise<string> =>
    call.then(
      () => "taken",
      (error: Error) => error.message,
    );

  test.each([
    { headers: { Authorization: "Bearer x" } },
    { headers: { cookie: "session=x" } },
    { headers: { "X-Api-Key": "x" } },
    { headers: { "api-key": "x" } },
    { headers: { "X-Auth-Token": "x" } },
    { headers: { "Ocp-Apim-Subscription-Key": "x" } },
    { query: { api_key: "x" } },
    { query: { access_token: "x" } },
    { url: "https://bot.example/chat?key=x" },
  ])("is refused in the configuration of an endpoint: %j", async (part) => {
    const { project_id } = a;
    const draft = { url: "https://bot.example/chat", ...part };
    const said = /looks like a secret/;
    expect(await refused(owner().endpoint.create({ project_id, name: JSON.stringify(part), config: draft }))).toMatch(
      said,
    );
    expect(await refused(owner().endpoint.try({ config: draft, input: "x" }))).toMatch(said);
    const { id } = await owner().endpoint.create({
      project_id,
      name: JSON.stringify(part),
      config: { url: draft.url.split("?")[0] ?? "" },
    });
    expect(await refused(owner().endpoint.update({ id, config: part }))).toMatch(said);
  });

  test("is refused in the headers and the address of a model", async () => {
    const draft = { name: "M", provider: "openai", model_name: "m" } as const;
    const said = /looks like a secret/;
    expect(await refused(owner().model.create({ ...draft, headers: { "api-key": "x" } }))).toMatch(said);
    expect(await refused(owner().model.create({ ...draft, base_url: "https://m.example/?key=x" }))).toMatch(said);
    const { id } = await owner().model.create(draft);
    expect(await refused(owner().model.update({ id, headers: { authorization: "x" } }))).toMatch(said);
  });

  test.each([
    { "x-request-source": "x" },
    { "x-max-tokens": "100" },
    { "idempotency-key": "x" },
    { "x-keyboard": "x" },
  ])("while other headers stay free: %j", async (headers) => {
    const config = { url: "https://bot.example/chat", headers };
    const name = JSON.stringify(headers);
    expect(await refused(owner().endpoint.create({ project_id: a.project_id, name, config }))).toBe("taken");
  });
});
