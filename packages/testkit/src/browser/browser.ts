/** What a person does with a page, and what must never happen on one. */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { AxeBuilder } from "@axe-core/playwright";
import type { Browser, ConsoleMessage, Page } from "playwright-core";
import { expect } from "vitest";

export type Visit = {
  page: Page;
  /** Console errors, uncaught errors, failed requests and requests that left this machine, so far. */
  problems(): string[];
  /** From now on, problems like this one are part of the test. */
  allow(pattern: RegExp): void;
  close(): Promise<void>;
};

export type VisitOptions = { width?: number; height?: number };

/** The provider's way to say, inside the hidden frame, that nobody is signed in. */
const silentSignIn = /^console: Failed to load resource.* 400 .*\/authorize\?.*prompt=none/;

/** A new person at a browser of their own: no cookies, nothing stored. */
export async function startVisit(browser: Browser, url: string, options: VisitOptions = {}): Promise<Visit> {
  const context = await browser.newContext({
    baseURL: url,
    viewport: { width: options.width ?? 1280, height: options.height ?? 800 },
    colorScheme: "light",
    reducedMotion: "reduce",
    locale: "en-GB",
    permissions: ["clipboard-read", "clipboard-write"],
  });
  const page = await context.newPage();
  page.setDefaultTimeout(15_000);
  const problems: string[] = [];
  const allowed = [silentSignIn];
  watch(page, new URL(url).origin, (problem) => problems.push(problem));
  return {
    page,
    problems: () => problems.filter((problem) => !allowed.some((pattern) => pattern.test(problem))),
    allow: (pattern) => void allowed.push(pattern),
    close: () => context.close(),
  };
}

function watch(page: Page, origin: string, report: (problem: string) => void): void {
  page.on("console", (message) => {
    if (message.type() === "error") report(`console: ${textOf(message)}`);
  });
  page.on("pageerror", (error) => report(`uncaught: ${error.message}`));
  page.on("request", (request) => {
    const { protocol, hostname } = new URL(request.url());
    const stays = !/^(https?|wss?):$/.test(protocol) || ["localhost", "127.0.0.1"].includes(hostname);
    if (!stays) report(`left this machine: ${request.url()}`);
  });
  page.on("requestfailed", (request) => {
    const reason = request.failure()?.errorText ?? "";
    // A page that is left and a query that nobody waits for any more end their requests.
    if (request.url().startsWith(origin) && reason !== "net::ERR_ABORTED") {
      report(`no answer: ${request.method()} ${request.url()} ${reason}`);
    }
  });
  page.on("response", (response) => {
    if (response.status() >= 400 && response.url().startsWith(origin)) {
      report(`answer ${response.status()}: ${response.url()}`);
    }
  });
}

function textOf(message: ConsoleMessage): string {
  const { url, lineNumber } = message.location();
  return `${message.text()} (${url}:${lineNumber})`;
}

/** Signs in through the local login page by one click, and waits until `landing` is there. */
export async function signIn(page: Page, email: string, landing = page.getByRole("navigation")): Promise<void> {
  if (page.url() === "about:blank") await page.goto("/");
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByRole("button", { name: email }).click();
  await landing.first().waitFor();
}

/** Makes an account on the login page and comes back signed in, belonging nowhere yet. */
export async function signUp(page: Page, { name, email }: { name: string; email: string }): Promise<void> {
  await page.goto("/");
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByText("Create an account").click();
  await page.getByLabel("Name").fill(name);
  await page.getByLabel("E-mail").last().fill(email);
  await page.getByRole("button", { name: "Create account and sign in" }).click();
  await page.getByRole("heading", { name: "Create your organization" }).waitFor();
}

const levels = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];

/** No WCAG A or AA violation on the page as it is, in light and dark. */
export async function expectAccessible(page: Page): Promise<void> {
  expect(await barriersOf(page), `accessibility of ${new URL(page.url()).pathname}`).toEqual([]);
}

/** Every violation of WCAG A and AA, in light and, for what depends on colour, in dark. */
export async function barriersOf(page: Page): Promise<string[]> {
  await useScheme(page, "light");
  const light = await new AxeBuilder({ page })
    .options({ resultTypes: ["violations"] })
    .setLegacyMode(true)
    .withTags(levels)
    .analyze();
  await useScheme(page, "dark");
  const dark = await new AxeBuilder({ page })
    .setLegacyMode(true)
    .withRules(["color-contrast", "link-in-text-block"])
    .analyze();
  await useScheme(page, "light");
  const found = [
    ...light.violations.map((violation) => ({ scheme: "light", ...violation })),
    ...dark.violations.map((violation) => ({ scheme: "dark", ...violation })),
  ];
  return found.flatMap(({ scheme, id, nodes }) =>
    nodes.map((node) => `${scheme} ${id}: ${node.html.slice(0, 200)} | ${node.failureSummary?.split("\n")[1]?.trim()}`),
  );
}

/** `expect` of what becomes so while one waits: within 15 seconds, as long as a person would. */
export function soon<T>(read: () => T): ReturnType<typeof expect.poll<T>> {
  return expect.poll(read, { timeout: 15_000, interval: 30 });
}

/** Changes the system's colours, and waits until nothing moves any more. */
export async function useScheme(page: Page, colorScheme: "light" | "dark"): Promise<void> {
  await page.emulateMedia({ colorScheme });
  await page.waitForFunction(
    (scheme) =>
      (document.documentElement.dataset["mantineColorScheme"] ?? scheme) === scheme &&
      document.getAnimations().every((animation) => animation.playState !== "running"),
    colorScheme,
  );
}

/** Whether a person asked for pictures, by naming a folder in RHESIS_SCREENSHOTS. */
export function keepsPictures(): boolean {
  return (process.env["RHESIS_SCREENSHOTS"] ?? "") !== "";
}

/** Keeps a picture where they were asked for. */
export async function capture(page: Page, name: string): Promise<void> {
  if (!keepsPictures()) return;
  const folder = process.env["RHESIS_SCREENSHOTS"] ?? "";
  mkdirSync(folder, { recursive: true });
  await page.screenshot({ path: join(folder, `${name}.png`) });
}

/** Keeps pictures of a page at some sizes, in light and dark, where they were asked for. */
export async function captureAt(
  page: Page,
  name: string,
  sizes: readonly (readonly [number, number])[],
): Promise<void> {
  if (!keepsPictures()) return;
  const before = page.viewportSize();
  for (const [width, height] of sizes) {
    await page.setViewportSize({ width, height });
    for (const scheme of ["light", "dark"] as const) {
      await useScheme(page, scheme);
      await capture(page, `${name}-${width}-${scheme}`);
    }
  }
  await useScheme(page, "light");
  if (before !== null) await page.setViewportSize(before);
}
