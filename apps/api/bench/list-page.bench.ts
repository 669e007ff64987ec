/**
 * A page of 50 out of 1,000,000 tests in 200 organizations, through tRPC and through REST, against a hand-written server
 * that sends the same bytes and does nothing else.
 */
import { randomBytes } from "node:crypto";
import { migrateQueue } from "@rhesis/jobs/migrate-queue";
import { asAdmin, openBenchDatabase } from "@rhesis/testkit/bench/database";
import { openLoad, requestsPerSecond, textOf, type Ask } from "@rhesis/testkit/bench/load";
import { loadManyTests } from "@rhesis/testkit/bench/many-tests";
import { compareRounds, median } from "@rhesis/testkit/bench/rounds";
import { processorMicros, startServer, type BenchServer } from "@rhesis/testkit/bench/server";

const callers = 32;
const roundMs = Number(process.env["BENCH_ROUND_MS"] ?? 2_000);
const rounds = Number(process.env["BENCH_ROUNDS"] ?? 9);
const size = {
  organizations: 200,
  projects: 5,
  tests_per_organization: Number(process.env["BENCH_TESTS"] ?? 1_000_000) / 200,
};

const bench = await openBenchDatabase();
await migrateQueue(bench.owner_url);
const tenants = await loadManyTests(bench.admin_url, size);

function startApi(): Promise<BenchServer> {
  const environment = {
    DATABASE_URL: bench.app_url,
    // Not called: API tokens need no login provider.
    OIDC_ISSUER: "https://login.example/",
    AUTH0_AUDIENCE: "bench",
    AUTH0_CLIENT_ID: "bench",
    RHESIS_SECRET_KEYS: `bench:${randomBytes(32).toString("base64")}`,
    RATE_LIMIT_PER_MINUTE: "10000000",
    HOST: "127.0.0.1",
  };
  return startServer("apps/api/src/main.ts", environment, "/readyz", "the API");
}

const api = await startApi();
const bare = await startServer("packages/testkit/src/bench/bare-server.ts", { DATABASE_URL: bench.admin_url }, "/");
const pools = {
  ours: openLoad(api.url, callers),
  limit: openLoad(bare.url, callers),
};

let turn = 0;
const asks = (path: string) =>
  tenants.map(({ organization_id, token }): Ask => ({
    path,
    headers: { authorization: `Bearer ${token}`, "x-organization-id": organization_id },
  }));

async function requireSameBytes(ask: Ask): Promise<number> {
  const [ours, limit] = await Promise.all([textOf(pools.ours, ask), textOf(pools.limit, ask)]);
  if (ours !== limit) throw new Error(`not the same bytes:\n${ours.slice(0, 900)}\n${limit.slice(0, 900)}`);
  return Buffer.byteLength(ours);
}

async function compare(name: string, path: string): Promise<void> {
  const all = asks(path);
  const next = () => all[(turn = (turn + 1) % all.length)] ?? { path, headers: {} };
  const bytes = await requireSameBytes(next());
  const micros: Record<keyof typeof pools, number[]> = { ours: [], limit: [] };
  const measure =
    (who: keyof typeof pools, { pid }: BenchServer, ms = roundMs) =>
    async () => {
      const before = processorMicros(pid);
      const rate = await requestsPerSecond(pools[who], ms, callers, next);
      micros[who].push((processorMicros(pid) - before) / ((rate * ms) / 1000));
      return rate;
    };
  await measure("limit", bare, 6_000)();
  await measure("ours", api, 6_000)();
  await compareRounds({
    name: `a page of 50 of 1,000,000 tests through ${name} / node:http and pg alone, the same ${bytes} bytes`,
    unit: "pages/s",
    better: "larger",
    goal: 0.5,
    rounds,
    limit: measure("limit", bare),
    ours: measure("ours", api),
  });
  const shown = (who: keyof typeof pools) =>
    `${Math.round(median(micros[who]))} µs (least ${Math.round(Math.min(...micros[who]))})`;
  console.log(`  processor time of the server per page: limit ${shown("limit")}, ours ${shown("ours")}`);
}

const input = encodeURIComponent(JSON.stringify({ json: { limit: 50 } }));
await compare("tRPC", `/trpc/test.list?input=${input}`);
await compare("REST", "/api/v1/tests?limit=50");

await Promise.all([pools.ours.close(), pools.limit.close()]);
await Promise.all([api.stop(), bare.stop()]);
const [{ size: bytes } = { size: "" }] = await asAdmin<{ size: string }>(
  bench.admin_url,
  "select pg_size_pretty(pg_total_relation_size('test')) as size",
);
console.log(`  table with indexes: ${bytes}`);
await bench.drop();
