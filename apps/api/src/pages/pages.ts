/** Everything that is not the API itself, where a millisecond more does not count: Express and its middleware. */
import compression from "compression";
import express, { type Express, type NextFunction, type Request, type Response } from "express";
import helmet from "helmet";
import type { Exchange } from "../host/exchange.ts";
import { HttpProblem } from "../host/problem.ts";
import { sendProblem } from "../host/send.ts";
import type { ApiConfig } from "../config.ts";
import type { Logger } from "@rhesis/telemetry/logger";
import { docsRoutes } from "./docs.ts";
import { healthRoutes, type HealthOptions } from "./health.ts";
import { configRoute, webAppRoutes } from "./web-app.ts";

export type PagesOptions = Omit<HealthOptions, "clientAddressOf" | "serves_web"> & {
  config: ApiConfig;
  logger: Logger;
  exchangeOf: (response: object) => Exchange;
};

/** An Express application for health, metrics, documentation and the web application. */
export function createPages(options: PagesOptions): Express {
  const { config, logger, exchangeOf } = options;
  const app = express();
  app.disable("x-powered-by");
  app.use(helmet(securityHeaders(config.PUBLIC_URL?.startsWith("https:") ?? false)));
  app.use(compression());
  app.use((request, response, next) => {
    exchangeOf(response).route = /^\/(docs|healthz|readyz|metrics|config\.json)/.exec(request.path)?.[0] ?? "web";
    next();
  });
  const serves_web = config.WEB_DIR !== undefined;
  const clientAddressOf = (response: object) => exchangeOf(response).client_address;
  app.use(healthRoutes({ ...options, serves_web, clientAddressOf }));
  app.use(docsRoutes());
  app.use(configRoute(config));
  if (config.WEB_DIR !== undefined) app.use(webAppRoutes(config.WEB_DIR, config));
  app.use((_request, response) => {
    exchangeOf(response).route = "unknown";
    return sendProblem(exchangeOf(response), new HttpProblem(404, "not_found", "There is nothing at this path."));
  });
  app.use((error: unknown, _request: Request, response: Response, _next: NextFunction) => {
    const known = knownStatus(error);
    if (known === null) logger.error({ err: error }, "a page failed");
    return sendProblem(exchangeOf(response), known ?? error);
  });
  return app;
}

function securityHeaders(https: boolean): Parameters<typeof helmet>[0] {
  return {
    contentSecurityPolicy: { useDefaults: false, directives: { defaultSrc: ["'none'"], frameAncestors: ["'none'"] } },
    // Login windows of the provider must be able to answer their opener.
    crossOriginOpenerPolicy: { policy: "same-origin-allow-popups" },
    strictTransportSecurity: https ? { maxAge: 31_536_000, includeSubDomains: false } : false,
  };
}

/** Express's own refusals, such as a path that is not decodable or a file that is not there, carry a status. */
function knownStatus(error: unknown): HttpProblem | null {
  const status: unknown = error instanceof Error ? Reflect.get(error, "status") : undefined;
  if (status === 404) return new HttpProblem(404, "not_found", "There is nothing at this path.");
  return typeof status === "number" && status >= 400 && status < 500
    ? new HttpProblem(status, "malformed", "The request cannot be read.")
    : null;
}
