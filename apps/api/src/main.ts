/** Starts the API as a process of its own. */
import { configurationOrExit } from "@rhesis/telemetry/configuration";
import { createLogger } from "@rhesis/telemetry/logger";
import { createShutdown, exitOnSignals } from "@rhesis/telemetry/shutdown";
import { startTracing } from "@rhesis/telemetry/tracing";
import { createApi } from "./api.ts";
import { readConfig } from "./config.ts";

const config = configurationOrExit(readConfig);
const logger = createLogger({ service: "api", level: config.LOG_LEVEL });
const shutdown = createShutdown({ logger, timeout_ms: (config.SHUTDOWN_SECONDS + 10) * 1000 });
exitOnSignals(shutdown);
process.on("unhandledRejection", (err) => logger.error({ err }, "a promise was left alone"));
shutdown.onShutdown("tracing", await startTracing("rhesis-api", config.OTEL_EXPORTER_OTLP_ENDPOINT));
const api = createApi({ config, logger });
shutdown.onShutdown("api", () => api.close());
const port = await api.listen();
logger.info({ port }, "listening");
