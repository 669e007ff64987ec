/** What a browser with nothing stored loads before it shows a page. */
import { createDatabase } from "@rhesis/db/database";
import { signIn } from "@rhesis/db/gates";
import { migrateQueue } from "@rhesis/jobs/migrate-queue";
import { readyAccounts } from "@rhesis/local/identity-provider/accounts";
import { createOrganization } from "@rhesis/services/organization/create";
import type { BrowserContext, Page } from "playwright-core";
import { launchChromium } from "../browser/chromium.ts";
import { startStack, type Stack } from "../stack.ts";
import type { BenchDatabase } from "./database.ts";

export type FirstPaint = {
  page: string;
  /** Of scripts from our own origin, as they came over the wire: compressed, headers included. */
  bytes: number;
  scripts: number;
  /** From the address to the heading. */
  milliseconds: number;
};

/** Opens the page that asks people to sign in, and the first one of somebody who has, until each shows its heading. */
export async function measureFirstPaint(bench: BenchDatabase): Promise<[FirstPaint, FirstPaint]> {
  await migrateQueue(bench.owner_url);
  const stack = await startStack(bench, { workers: 0 });
  const browser = await launchChromium();
  try {
    await giveOrganization(bench, stack);
    const context = await browser.newContext({ baseURL: stack.url });
    const signedOut = await load(context, stack.url, "to sign in");
    await signInAt(await context.newPage());
    return [signedOut, await load(context, stack.url, "home, for somebody who is signed in")];
  } finally {
    await browser.close();
    await stack.close();
  }
}

const [account] = readyAccounts;

async function giveOrganization(bench: BenchDatabase, stack: Stack): Promise<void> {
  if (account === undefined) throw new Error("the login provider has no ready account");
  const database = createDatabase({ url: bench.app_url, application_name: "bench" });
  const { sub, email, name } = account;
  const person = { issuer: stack.login.issuer, subject: sub, email, email_verified: true, name, picture: null };
  const user_id = await signIn(database.pool, person);
  await createOrganization(database, { name: "Bench", user_id, request_id: "bench" });
  await database.close();
}

async function signInAt(page: Page): Promise<void> {
  await page.goto("/");
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByRole("button", { name: account?.email ?? "" }).click();
  await page.getByRole("navigation").first().waitFor();
  await page.close();
}

async function load(context: BrowserContext, url: string, name: string): Promise<FirstPaint> {
  const page = await context.newPage();
  const devtools = await context.newCDPSession(page);
  await devtools.send("Network.enable");
  await devtools.send("Network.setCacheDisabled", { cacheDisabled: true });
  const scripts = new Map<string, number>();
  const own = new Set<string>();
  devtools.on("Network.responseReceived", ({ requestId, type, response }) => {
    // The login provider's page, in a frame, is at another origin.
    if (type === "Script" && response.url.startsWith(`${url}/`)) own.add(requestId);
  });
  devtools.on("Network.loadingFinished", ({ requestId, encodedDataLength }) => {
    if (own.has(requestId)) scripts.set(requestId, encodedDataLength);
  });
  const started = performance.now();
  await page.goto(url);
  await page.locator("h1").first().waitFor();
  const milliseconds = performance.now() - started;
  await page.close();
  const sizes = [...scripts.values()];
  return { page: name, bytes: sizes.reduce((sum, size) => sum + size, 0), scripts: sizes.length, milliseconds };
}
