import type { SentRequest } from "@rhesis/engine/target/schema";

/** A word for a POSIX shell. */
function quote(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}

const setByCurl = new Set(["content-length", "host", "connection", "transfer-encoding"]);

/** The request as a curl command. Secrets are redacted in the stored request already and stay so. */
export function asCurl({ method, url, headers, body }: SentRequest): string {
  const parts = [`curl -X ${quote(method)} ${quote(url)}`];
  for (const [name, value] of Object.entries(headers)) {
    if (!setByCurl.has(name.toLowerCase())) parts.push(`-H ${quote(`${name}: ${value}`)}`);
  }
  if (body !== null) parts.push(`--data-raw ${quote(body)}`);
  return parts.join(" \\\n  ");
}
