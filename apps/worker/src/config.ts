/** The worker's configuration: read once from the environment, every wrong value named, no value shown. */
import { parseSecretKeys } from "@rhesis/auth/sealed-secret";
import {
  count,
  flag,
  flags,
  logLevel,
  networks,
  parsedBy,
  postgresUrl,
  readConfiguration,
  redisUrl,
  text,
  webUrl,
  type Variables,
} from "@rhesis/telemetry/configuration";
import { z } from "zod";

const environment = z.object({
  DATABASE_URL: postgresUrl,
  REDIS_URL: redisUrl.optional(),
  RHESIS_SECRET_KEYS: parsedBy(parseSecretKeys),
  RHESIS_ALLOW_LOOPBACK_TARGETS: flag.default(false),
  RHESIS_ALLOW_PRIVATE_TARGETS: networks.default([]),
  RHESIS_FEATURES: flags.default({}),
  WORKER_CONCURRENCY: count(1, 100).default(8),
  WORKER_PORT: count(0, 65_535).optional(),
  WORKER_HOST: text.default("0.0.0.0"),
  OTEL_EXPORTER_OTLP_ENDPOINT: webUrl.optional(),
  LOG_LEVEL: logLevel.default("info"),
});

export type WorkerConfig = z.infer<typeof environment>;

/** Reads variables such as `process.env`. @throws ConfigurationError naming all that are wrong */
export const readConfig = (variables: Variables): WorkerConfig => readConfiguration(environment, variables);
