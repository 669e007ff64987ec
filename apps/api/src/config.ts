/** The configuration of the API, read once. Every wrong value is reported, together and by name, and never shown. */
import { z } from "zod";
import { issuerOf } from "@rhesis/auth/issuer";
import { parseSecretKeys } from "@rhesis/auth/sealed-secret";
import {
  count,
  flag,
  flags,
  list,
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

const origin = webUrl.refine(
  (given) => URL.canParse(given) && new URL(given).origin === given && !given.includes("*"),
  {
    error: "Use origins such as https://app.example.com, without a path or a slash at the end",
  },
);

/** Of another provider than Auth0 the issuer is named. */
const loginProvider = z.object({
  AUTH0_DOMAIN: text.optional(),
  OIDC_ISSUER: webUrl.optional(),
});

const login = loginProvider.transform(({ AUTH0_DOMAIN, OIDC_ISSUER }, context) => {
  const issuer = issuerOf(AUTH0_DOMAIN, OIDC_ISSUER);
  if (issuer !== null) return { issuer };
  const message = "Set it to the domain of the login provider, or set OIDC_ISSUER";
  context.addIssue({ code: "custom", path: ["AUTH0_DOMAIN"], message });
  return z.NEVER;
});

const environment = z.object({
  DATABASE_URL: postgresUrl,
  DATABASE_CONNECTIONS: count(2, 500).default(10),
  OIDC_JWKS_URL: webUrl.optional(),
  OIDC_USERINFO_URL: webUrl.optional(),
  AUTH0_AUDIENCE: text,
  AUTH0_CLIENT_ID: text,
  CORS_ORIGINS: list.pipe(z.array(origin)).default([]),
  REDIS_URL: redisUrl.optional(),
  RHESIS_SECRET_KEYS: parsedBy(parseSecretKeys),
  HOST: text.default("0.0.0.0"),
  PORT: count(0, 65_535).default(4000),
  PUBLIC_URL: webUrl.optional(),
  WEB_DIR: text.optional(),
  RHESIS_ALLOW_LOOPBACK_TARGETS: flag.default(false),
  RHESIS_ALLOW_PRIVATE_TARGETS: networks.default([]),
  RHESIS_FEATURES: flags.default({}),
  LOG_LEVEL: logLevel.default("info"),
  TRUST_PROXY: count(0, 10).default(0),
  RATE_LIMIT_PER_MINUTE: count(0, 10_000_000).default(6_000),
  FAILED_SIGN_INS_PER_MINUTE: count(0, 1_000_000).default(60),
  METRICS_TOKEN: z.string().min(16, "Use at least 16 characters").optional(),
  OTEL_EXPORTER_OTLP_ENDPOINT: webUrl.optional(),
  SHUTDOWN_SECONDS: count(0, 600).default(30),
});

const configuration = z.intersection(environment, login);

export type ApiConfig = z.infer<typeof configuration>;

/** Reads variables such as `process.env`. @throws ConfigurationError naming all that are wrong */
export const readConfig = (variables: Variables): ApiConfig => readConfiguration(configuration, variables);
