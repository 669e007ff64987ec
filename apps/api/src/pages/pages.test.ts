import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startTestApi, type TestApi } from "@rhesis/testkit/api";
import { useTestDatabase } from "@rhesis/testkit/database";

const open = useTestDatabase();
let api: TestApi;
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "rhesis-web-"));
  await mkdir(join(folder, "assets"));
  await writeFile(join(folder, "index.html"), "<!doctype html><html><head><title>Rhesis</title></head></html>");
  await writeFile(join(folder, "assets", "main-abc123.js"), `console.log(${JSON.stringify("x".repeat(3000))})`);
  await writeFile(join(folder, "favicon.svg"), "<svg/>");
  api = await startTestApi(open(), { WEB_DIR: folder, RHESIS_FEATURES: "llm_judge=false" });
});
afterAll(async () => {
  await api.close();
  await rm(folder, { recursive: true });
});

async function get(path: string, headers: Record<string, string> = {}) {
  const response = await fetch(`${api.url}${path}`, { headers });
  return { status: response.status, headers: response.headers, text: await response.text() };
}

describe("health", () => {
  test("alive, and ready with what was checked", async () => {
    expect(JSON.parse((await get("/healthz")).text)).toEqual({ status: "ok" });
    const ready = await get("/readyz");
    expect(ready.status).toBe(200);
    const { checks } = JSON.parse(ready.text) as { checks: { name: string; ok: boolean }[] };
    expect(checks.map(({ name, ok }) => [name, ok])).toEqual([
      ["database", true],
      ["migrations", true],
      ["queue", true],
      ["process", true],
    ]);
  });

  test("not ready where a migration is missing, and says what to do", async () => {
    const gone = await open().admin<{ name: string }>(
      "delete from schema_migration where name = (select max(name) from schema_migration) returning *",
    );
    const got = await get("/readyz");
    expect(got.status).toBe(503);
    expect(got.text).toContain("Run the migrations.");
    await open().admin("insert into schema_migration select * from json_populate_record(null::schema_migration, $1)", [
      gone[0],
    ]);
    expect((await get("/readyz")).status).toBe(200);
  });

  test("not ready without a database, alive all the same", async () => {
    const lost = await startTestApi(open(), { DATABASE_URL: "postgres://nobody:secret@127.0.0.1:1/none" });
    const ready = await fetch(`${lost.url}/readyz`);
    expect(ready.status).toBe(503);
    expect(await ready.text()).not.toContain("secret");
    expect((await fetch(`${lost.url}/healthz`)).status).toBe(200);
    const call = await fetch(`${lost.url}/api/v1/requirements`, {
      headers: { authorization: `Bearer ${await lost.issuer.sign()}` },
    });
    expect([call.status, call.headers.get("retry-after")]).toEqual([503, "2"]);
    await lost.close();
  });
});

describe("metrics", () => {
  test("count requests by procedure and status, never by what was sent", async () => {
    await get("/api/v1/requirements/some-secret-id");
    await get("/api/v1/some-secret-path");
    const page = (await get("/metrics")).text;
    expect(page).toMatch(/rhesis_http_request_duration_seconds_count\{[^}]*route="requirement.get"[^}]*status="401"/);
    expect(page).not.toContain("some-secret");
    expect(page).toContain("rhesis_database_connections");
  });

  test("leave the page of the same address to browsers", async () => {
    const browser = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";
    const prometheus = "application/openmetrics-text;version=1.0.0;q=0.6,text/plain;version=0.0.4;q=0.5,*/*;q=0.1";
    expect((await get("/metrics", { accept: browser })).headers.get("content-type")).toContain("text/html");
    expect((await get("/metrics", { accept: prometheus })).headers.get("content-type")).toContain("text/plain");
  });

  test("are for this machine, or for who has the token", async () => {
    const guarded = await startTestApi(open(), { METRICS_TOKEN: "a-long-enough-token", TRUST_PROXY: "1" });
    const ask = (headers: Record<string, string>) => fetch(`${guarded.url}/metrics`, { headers });
    expect((await ask({})).status).toBe(403);
    expect((await ask({ authorization: "Bearer wrong-enough-tokens" })).status).toBe(403);
    expect((await ask({ authorization: "Bearer a-long-enough-token" })).status).toBe(200);
    await guarded.close();
    const open2 = await startTestApi(open(), { TRUST_PROXY: "1" });
    const outside = await fetch(`${open2.url}/metrics`, { headers: { "x-forwarded-for": "9.9.9.9" } });
    expect(outside.status).toBe(403);
    await open2.close();
  });
});

describe("the web application", () => {
  test("one page for all its addresses, with a nonce of its own each time", async () => {
    const [home, deep] = await Promise.all([
      get("/", { accept: "text/html" }),
      get("/test-runs/1?x=2", { accept: "text/html" }),
    ]);
    const nonces = [home, deep].map(({ status, headers, text }) => {
      expect(status).toBe(200);
      const policy = headers.get("content-security-policy") ?? "";
      expect(policy).not.toContain("unsafe");
      expect(policy).toContain(`connect-src 'self' ${new URL(api.issuer.issuer).origin}`);
      expect(headers.get("cache-control")).toBe("no-cache");
      const nonce = /property="csp-nonce" content="([^"]+)"/.exec(text)?.[1] ?? "";
      expect(policy).toContain(`'nonce-${nonce}'`);
      return nonce;
    });
    expect(new Set(nonces).size).toBe(2);
  });

  test("assets for ever and compressed, files that are not there are not the page", async () => {
    const asset = await get("/assets/main-abc123.js", { "accept-encoding": "gzip" });
    expect(asset.headers.get("cache-control")).toBe("public, max-age=31536000, immutable");
    expect(asset.headers.get("content-encoding")).toBe("gzip");
    for (const path of ["/assets/gone.js", "/gone.png", "/%2e%2e/x.json"]) {
      const got = await get(path, { accept: "text/html" });
      expect([path, got.status]).toEqual([path, 404]);
      expect(got.headers.get("content-type")).toBe("application/problem+json");
    }
    expect((await get("/..%2f..%2f..%2f..%2fetc%2fpasswd", { accept: "text/html" })).text).not.toContain("root:");
    expect((await get("/nothing", { accept: "application/json" })).status).toBe(404);
    expect((await get("/favicon.svg")).headers.get("content-type")).toContain("svg");
  });

  test("is told what it must know, and no more", async () => {
    const { text } = await get("/config.json");
    expect(JSON.parse(text)).toEqual({
      issuer: api.issuer.issuer,
      domain: api.issuer.issuer.slice(0, -1),
      client_id: "test-client",
      audience: api.issuer.audience,
      features: expect.objectContaining({ llm_judge: false, api_tokens: true }),
    });
  });
});

describe("the API reference", () => {
  test("is a page without inline code that asks nobody else", async () => {
    const page = await get("/docs");
    const policy = page.headers.get("content-security-policy") ?? "";
    expect(policy).not.toMatch(/unsafe|https?:|\*/);
    expect(page.text).not.toMatch(/<script(?! src="\/docs\/)|https?:\/\//);
    for (const path of ["/docs/scalar.js", "/docs/start.js"]) {
      const script = await get(path);
      expect([script.status, script.headers.get("content-type")]).toEqual([200, "text/javascript; charset=utf-8"]);
    }
    expect((await get("/docs/start.js")).text).toContain("/api/v1/openapi.json");
  });
});
