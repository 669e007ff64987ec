/** The local identity provider on its port. */
import { readyAccounts } from "../identity-provider/accounts.ts";
import { openPostgresStore } from "../identity-provider/postgres-store.ts";
import { createIdentityProvider } from "../identity-provider/provider.ts";
import { listenLoopback } from "../listen-loopback.ts";

export type Login = {
  /** Issuer of the tokens, with the slash. */
  issuer: string;
  audience: string;
  client_id: string;
  close(): Promise<void>;
};

/**
 * @param application_url address of the web application without a slash at its end; people come back to it, or to
 *   `/callback` below it
 */
export async function startLogin(options: {
  admin_url: string;
  port: number;
  application_url: string;
}): Promise<Login> {
  const { application_url, port } = options;
  const issuer = `http://localhost:${port}/`;
  const audience = "https://api.rhesis.local";
  const client_id = "rhesis-web";
  const store = await openPostgresStore(options.admin_url);
  const app = await createIdentityProvider({
    issuer,
    audience,
    client_id,
    redirect_uris: [application_url, `${application_url}/`, `${application_url}/callback`],
    logout_urls: [application_url, `${application_url}/`],
    store,
    accounts: readyAccounts,
  });
  const server = await listenLoopback(app, port);
  const close = async (): Promise<void> => {
    await server.close();
    await store.close();
  };
  return { issuer, audience, client_id, close };
}
