import type { SentRequest } from "@rhesis/engine/target/schema";
import { shellWord } from "../../ui/shell-word.ts";

const setByCurl = new Set(["content-length", "host", "connection", "transfer-encoding"]);

/** The request as a curl command. Secrets are redacted in the stored request already and stay so. */
export function asCurl({ method, url, headers, body }: SentRequest): string {
  // Without it curl reads brackets and braces in an address as patterns.
  const options = /[[\]{}]/.test(url) ? "--globoff " : "";
  const parts = [`curl ${options}-X ${shellWord(method)} ${shellWord(url)}`];
  for (const [name, value] of Object.entries(headers)) {
    if (!setByCurl.has(name.toLowerCase())) parts.push(`-H ${shellWord(`${name}: ${value}`)}`);
  }
  if (body !== null) parts.push(`--data-raw ${shellWord(body)}`);
  return parts.join(" \\\n  ");
}
