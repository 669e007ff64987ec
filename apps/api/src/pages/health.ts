/** For those who watch the process: alive, ready, measured. */
import { timingSafeEqual } from "node:crypto";
import { Router, type Request } from "express";
import type { Database } from "@rhesis/db/database";
import { missingMigrations } from "@rhesis/db/gates";
import type { Metrics } from "@rhesis/telemetry/metrics";

export type HealthOptions = {
  pool: Database["pool"];
  /** True when the queue answers. */
  queueIsUp: () => Promise<boolean>;
  isStopping: () => boolean;
  metrics: Metrics;
  /** Without one, only callers on this machine may read the metrics. */
  metrics_token: string | undefined;
  /** The web application has a page at /metrics too: browsers ask for HTML and get it. */
  serves_web: boolean;
  clientAddressOf: (response: object) => string;
};

type Check = { name: string; ok: boolean; problem?: string };

const patienceMs = 3_000;

/** /healthz says that the process runs; /readyz that it can serve, and if not, why; /metrics is for Prometheus. */
export function healthRoutes(options: HealthOptions): Router {
  const router = Router();
  router.get("/healthz", (_request, response) => void response.json({ status: "ok" }));
  router.get("/readyz", async (_request, response) => {
    const checks = await Promise.all([
      check("database", "It does not answer.", async () => (await options.pool.query("select 1")).rowCount === 1),
      check("migrations", "Run the migrations.", async () => (await missingMigrations(options.pool)).length === 0),
      check("queue", "It does not answer.", options.queueIsUp),
      check("process", "It is shutting down.", async () => !options.isStopping()),
    ]);
    const ready = checks.every(({ ok }) => ok);
    response.status(ready ? 200 : 503).json({ status: ready ? "ready" : "not ready", checks });
  });
  router.get("/metrics", async (request, response, next) => {
    if (options.serves_web && request.accepts(["text/plain", "text/html"]) === "text/html") return next();
    const isAllowed =
      options.metrics_token === undefined
        ? isLoopback(options.clientAddressOf(response)) && !isForwarded(request)
        : isToken(request.headers.authorization, options.metrics_token);
    if (!isAllowed) {
      response.status(403).type("text").send("Not allowed. Set METRICS_TOKEN and send it as bearer token.\n");
      return;
    }
    const { registry } = options.metrics;
    response.type(registry.contentType).send(await registry.metrics());
  });
  return router;
}

/** Says what to do, not what went wrong inside: the page is open. */
async function check(name: string, problem: string, ask: () => Promise<boolean>): Promise<Check> {
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), patienceMs);
  });
  const ok = await Promise.race([ask().catch(() => false), tooLate]);
  clearTimeout(timer);
  return ok ? { name, ok } : { name, ok, problem };
}

function isLoopback(address: string): boolean {
  return address === "::1" || address.startsWith("127.");
}

/** A proxy on this machine makes everybody look as if they were on it. */
function isForwarded({ headers }: Request): boolean {
  return headers["x-forwarded-for"] !== undefined || headers.forwarded !== undefined;
}

function isToken(authorization: string | undefined, token: string): boolean {
  const sent = Buffer.from(authorization ?? "");
  const expected = Buffer.from(`Bearer ${token}`);
  return sent.length === expected.length && timingSafeEqual(sent, expected);
}
