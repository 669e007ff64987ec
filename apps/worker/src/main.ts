/**
 * The worker as a process of its own. Start it with `node --max-semi-space-size=8`: it makes much short-lived garbage.
 * With more room for it V8 takes some 20 MB more; with less, it lives long enough to be kept, which costs 60 MB and a
 * quarter more processor time.
 */
import { jobCounts } from "@rhesis/db/gates";
import { configurationOrExit } from "@rhesis/telemetry/configuration";
import { createLogger, type Logger } from "@rhesis/telemetry/logger";
import { createMetrics, observeJobs, observePool, type Metrics } from "@rhesis/telemetry/metrics";
import { createShutdown, exitOnSignals } from "@rhesis/telemetry/shutdown";
import { startTracing } from "@rhesis/telemetry/tracing";
import { readConfig, type WorkerConfig } from "./config.ts";
import { startHealthServer } from "./health-server.ts";
import { executionMetrics } from "./execution-metrics.ts";
import { startWorker, type RunningWorker } from "./worker.ts";

async function start(config: WorkerConfig, logger: Logger): Promise<void> {
  const shutdown = createShutdown({ logger });
  exitOnSignals(shutdown);
  shutdown.onShutdown("tracing", await startTracing("rhesis-worker", config.OTEL_EXPORTER_OTLP_ENDPOINT));
  const metrics = createMetrics("worker");
  const worker = await startWorker({
    database_url: config.DATABASE_URL,
    redis_url: config.REDIS_URL,
    secret_keys: config.RHESIS_SECRET_KEYS,
    policy: {
      allow_loopback: config.RHESIS_ALLOW_LOOPBACK_TARGETS,
      allow_private: config.RHESIS_ALLOW_PRIVATE_TARGETS,
    },
    features: config.RHESIS_FEATURES,
    concurrency: config.WORKER_CONCURRENCY,
    log: logger,
    observer: executionMetrics(metrics),
  });
  shutdown.onShutdown("worker", () => worker.close());
  if (config.WORKER_PORT !== undefined) {
    const health = await serveHealth(worker, metrics, { port: config.WORKER_PORT, host: config.WORKER_HOST });
    shutdown.onShutdown("health", () => health.close());
    logger.info({ port: health.port }, "health and metrics are served");
  }
  logger.info({ queue: worker.queue.kind, concurrency: config.WORKER_CONCURRENCY }, "the worker takes jobs");
}

function serveHealth(worker: RunningWorker, metrics: Metrics, address: { port: number; host: string }) {
  observePool(metrics, worker.database.pool);
  observeJobs(metrics, () => jobCounts(worker.database.pool));
  const { registry } = metrics;
  const databaseAnswers = () =>
    worker.database.pool.query("select 1").then(
      () => true,
      () => false,
    );
  return startHealthServer(
    {
      ready: async () => (await Promise.all([databaseAnswers(), worker.queue.health()])).every(Boolean),
      metrics: async () => ({ type: registry.contentType, text: await registry.metrics() }),
    },
    address,
  );
}

const config = configurationOrExit(readConfig);
const logger = createLogger({ service: "worker", level: config.LOG_LEVEL });
start(config, logger).catch((err: unknown) => {
  logger.fatal({ err }, "the worker could not start");
  process.exit(1);
});
