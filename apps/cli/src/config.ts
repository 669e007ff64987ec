/** What the operator's command needs from the environment; each command picks its own part. */
import { z } from "zod";
import { flags, postgresUrl, redisUrl, text, webUrl } from "@rhesis/telemetry/configuration";

export const settings = z.object({
  DATABASE_URL: postgresUrl,
  DATABASE_OWNER_URL: postgresUrl,
  DATABASE_ADMIN_URL: postgresUrl,
  REDIS_URL: redisUrl,
  // As text: the doctor says what is wrong with it, among its other findings.
  RHESIS_SECRET_KEYS: text,
  // As the API has it, so that `feature list` tells what is in force.
  RHESIS_FEATURES: flags.default({}),
  AUTH0_DOMAIN: text,
  OIDC_ISSUER: webUrl,
  OIDC_JWKS_URL: webUrl,
});
