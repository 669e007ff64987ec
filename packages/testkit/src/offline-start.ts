/**
 * Starts local mode, looks at it as a browser would, stops it, and says what it saw as one line of JSON. For
 * `offline.test.ts`, which runs it where there is no network but loopback.
 */
import { startLocal } from "./local-start.ts";

const outside = await fetch("https://example.com/", { signal: AbortSignal.timeout(5_000) }).then(
  () => "reached",
  () => "away",
);
const started = await startLocal(process.argv[2] ?? "");
const page = await fetch(started.url);
const html = await page.text();
const assets = [...html.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, path = ""]) => new URL(path, started.url));
const statuses = await Promise.all(assets.map(async (asset) => (await fetch(asset)).status));
const config = (await (await fetch(`${started.url}/config.json`)).json()) as { issuer: string };
const keys = await fetch(new URL(".well-known/openid-configuration", config.issuer));
const seen = {
  outside,
  page: page.status,
  assets: [...new Set(statuses)],
  foreign: assets.filter(({ origin }) => origin !== started.url).map(String),
  login: keys.status,
  demo: /\d+ of \d+ demo tests passed/.test(started.output()),
  exit: await started.stop(),
};
process.stdout.write(`${JSON.stringify(seen)}\n`);
