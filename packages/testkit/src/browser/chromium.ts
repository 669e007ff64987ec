/** The machine's own Chromium, kept from talking to anything but this machine. */
import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { chromium, type Browser } from "playwright-core";

function chromiumPath(): string | undefined {
  const named = process.env["CHROMIUM_PATH"];
  if (named !== undefined && named !== "") return named;
  const folders = (process.env["PATH"] ?? "").split(delimiter);
  const names = ["chromium", "google-chrome", "chromium-browser"];
  return names.flatMap((name) => folders.map((folder) => join(folder, name))).find((path) => existsSync(path));
}

/**
 * Whether tests in a browser can run here. Where everything is required (`RHESIS_REQUIRE_ALL=1`) they run anyway, and
 * fail for want of a browser.
 */
export function canBrowse(): boolean {
  return chromiumPath() !== undefined || process.env["RHESIS_REQUIRE_ALL"] === "1";
}

const switches = [
  // As root, as in a container, Chromium's own sandbox cannot start. It shows only pages of ours.
  "--no-sandbox",
  "--disable-gpu",
  "--disable-dev-shm-usage",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1",
];

/** @throws where there is no Chromium on PATH and none is named by CHROMIUM_PATH */
export async function launchChromium(): Promise<Browser> {
  const executablePath = chromiumPath();
  if (executablePath === undefined) throw new Error("chromium is not on PATH, and CHROMIUM_PATH names none");
  return chromium.launch({ executablePath, args: switches });
}
