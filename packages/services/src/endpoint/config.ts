/** Rules about how an endpoint is called, and where its secret goes. */
import type { SecretPlace } from "@rhesis/auth/sealed-secret";
import { checkConfig } from "@rhesis/engine/target/check-config";
import type { TargetConfig } from "@rhesis/engine/target/schema";
import { visibleSecrets } from "@rhesis/engine/target/visible-secret";
import { invalid } from "@rhesis/telemetry/app-error";

/** @throws invalid where the configuration could never work or a secret would be shown to every reader, at the place in it */
export function requireUsableConfig(config: TargetConfig): void {
  const shown = visibleSecrets(config).map(({ path, message }) => ({ path: ["config", ...path], message }));
  if (shown.length > 0) throw invalid("The configuration holds what looks like a secret.", shown);
  const problems = checkConfig(config).map(({ path, message }) => ({ path: ["config", ...path], message }));
  if (problems.length > 0) throw invalid("The configuration of the endpoint does not work.", problems);
}

/** To whom the secret of a configuration is shown: scheme, host and port of the application and of the token address. */
function secretGoesTo({ url, auth }: TargetConfig): string {
  const token = auth.type === "client_credentials" ? new URL(auth.token_url).origin : "";
  return `${url === null ? "" : new URL(url).origin} ${token}`;
}

/** False where a stored secret would be shown to somebody who has not seen it before. */
export function sameSecretPlace(before: TargetConfig, after: TargetConfig): boolean {
  return secretGoesTo(before) === secretGoesTo(after);
}

/** Where the secret of an endpoint is stored; what was sealed there opens there only. */
export function endpointSecretPlace(organization_id: string, row_id: string): SecretPlace {
  return { organization_id, table: "endpoint", column: "auth_secret", row_id };
}
