/** The API as one HTTP server: hot paths first, on node's own objects; Express for the rest. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { hostname } from "node:os";
import { createSecretBox } from "@rhesis/auth/sealed-secret";
import { createDatabase } from "@rhesis/db/database";
import { jobCounts } from "@rhesis/db/gates";
import { createNotifications } from "@rhesis/db/notifications";
import { createQueue } from "@rhesis/jobs/queue";
import { startRelay } from "@rhesis/jobs/relay";
import { createPlatform } from "@rhesis/router/platform";
import type { Logger } from "@rhesis/telemetry/logger";
import { createMetrics, observeJobs, observePool } from "@rhesis/telemetry/metrics";
import type { ApiConfig } from "./config.ts";
import { startHousekeeping } from "./housekeeping.ts";
import { createRateLimits } from "./host/rate-limits.ts";
import { createCallerSource } from "./identity/caller.ts";
import { serveConnector, wantsConnector } from "./connector/upgrade.ts";
import { createListener } from "./listener.ts";
import { createRunChanges } from "./run-changes.ts";

export type ApiOptions = { config: ApiConfig; logger: Logger };

export type Api = {
  server: Server;
  /** Starts answering; resolves to the port. */
  listen(): Promise<number>;
  /** Takes no new requests, ends live streams, lets the others finish, then lets go of everything. */
  close(): Promise<void>;
};

/** Nothing is connected before it is needed, so this does not fail while the database is away. */
export function createApi({ config, logger }: ApiOptions): Api {
  const parts = createParts(config, logger);
  const { database, notifications, queue, installation, metrics, limits } = parts;
  const callers = createCallerSource({
    database,
    notifications,
    login: loginOf(config),
    features: config.RHESIS_FEATURES,
    limits,
    logger,
  });
  const host = { platform: installation.platform, callers, limits, logger, metrics };
  const listener = createListener({ config, host, queue });
  const server = createHttpServer((request, response) => listener.handle(request, response));
  const connector = serveConnector({ server, host, gate: installation.gate, trusted_proxies: config.TRUST_PROXY });
  const relay = startRelay({ database, notifications, queue, log: logger });
  const stopHousekeeping = startHousekeeping(database, logger);
  return {
    server,
    listen: () => listenOn(server, config),
    async close() {
      await stopServer(server, config.SHUTDOWN_SECONDS * 1000, async () => {
        listener.stop();
        await connector.close();
      });
      stopHousekeeping();
      await relay.close();
      await Promise.all([queue.close(), notifications.close(), limits.close(), installation.close()]);
      await database.close();
    },
  };
}

function createParts(config: ApiConfig, logger: Logger) {
  const { REDIS_URL: redis_url, DATABASE_URL: database_url } = config;
  const max_connections = config.DATABASE_CONNECTIONS;
  const database = createDatabase({ url: database_url, application_name: "rhesis-api", max_connections });
  const notifications = createNotifications(database_url, "rhesis-api-notifications");
  const metrics = createMetrics("api");
  observePool(metrics, database.pool);
  observeJobs(metrics, () => jobCounts(database.pool));
  return {
    database,
    notifications,
    metrics,
    queue: createQueue(redis_url === undefined ? { database_url } : { redis_url }, logger),
    limits: createRateLimits({
      calls_per_minute: config.RATE_LIMIT_PER_MINUTE,
      failed_sign_ins_per_minute: config.FAILED_SIGN_INS_PER_MINUTE,
      redis_url,
      onRefused: (limit) => metrics.rate_limited.inc({ limit }),
    }),
    installation: createPlatform({
      database,
      notifications,
      log: logger,
      process: `${hostname()} ${process.pid}`,
      secrets: createSecretBox(config.RHESIS_SECRET_KEYS),
      allow_loopback_targets: config.RHESIS_ALLOW_LOOPBACK_TARGETS,
      allow_private_targets: config.RHESIS_ALLOW_PRIVATE_TARGETS,
      onTestRunChange: createRunChanges(notifications),
    }),
  };
}

function loginOf(config: ApiConfig) {
  const { issuer, AUTH0_AUDIENCE: audience, OIDC_JWKS_URL: jwks_url, OIDC_USERINFO_URL: userinfo_url } = config;
  return { issuer, audience, jwks_url, userinfo_url };
}

function createHttpServer(handle: (request: IncomingMessage, response: ServerResponse) => void): Server {
  const timeouts = { keepAliveTimeout: 65_000, headersTimeout: 20_000, requestTimeout: 120_000 };
  const server = createServer({ ...timeouts, shouldUpgradeCallback: wantsConnector }, handle);
  server.maxRequestsPerSocket = 0;
  return server;
}

function listenOn(server: Server, { HOST, PORT }: ApiConfig): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(PORT, HOST, () => {
      server.off("error", reject);
      resolve((server.address() as AddressInfo).port);
    });
  });
}

/** Waits for requests under way, `patience_ms` at most. */
async function stopServer(server: Server, patience_ms: number, stopStreams: () => Promise<void>): Promise<void> {
  if (!server.listening) return stopStreams();
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  const stopped = stopStreams();
  // Connections become idle one by one, as their last answers leave.
  const sweep = setInterval(() => server.closeIdleConnections(), 50);
  const limit = setTimeout(() => server.closeAllConnections(), patience_ms);
  await Promise.all([closed, stopped]);
  clearInterval(sweep);
  clearTimeout(limit);
}
