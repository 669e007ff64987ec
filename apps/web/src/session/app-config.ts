/** What the installation tells the browser before anyone has signed in. */
import { z } from "zod/mini";

const answer = z.object({
  issuer: z.url(),
  client_id: z.string(),
  audience: z.string(),
  /** Where the session is kept. */
  cache: z.optional(z.enum(["localstorage", "memory"])),
});
export type AppConfig = Omit<z.infer<typeof answer>, "cache"> & { cache: "localstorage" | "memory" };

/**
 * In memory nothing that runs on the page can read the tokens. A login on this computer has no https, so that browsers
 * withhold its cookie from the hidden frame which would restore such a session after a reload.
 */
function usualCache(issuer: string): AppConfig["cache"] {
  return issuer.startsWith("https:") ? "memory" : "localstorage";
}

/** @throws where the server does not answer or answers something else */
export async function loadAppConfig(): Promise<AppConfig> {
  const response = await fetch("/config.json", { headers: { accept: "application/json" } }).catch(() => null);
  if (response === null) throw new Error("The server cannot be reached. Check your connection and try again.");
  if (!response.ok) throw new Error(`The server answered ${response.status} when asked how to sign in.`);
  const { cache, ...config } = answer.parse(await response.json());
  return { ...config, cache: cache ?? usualCache(config.issuer) };
}
