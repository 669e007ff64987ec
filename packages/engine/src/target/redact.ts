export const mask = "••••";

const sensitiveName = /authorization|cookie|secret|password|token|api[-_]?key|auth[-_]?key|access[-_]?key/i;
/** Shorter secrets would blank out ordinary words wherever they occur. */
const minLiteral = 6;

/** Whether a header is hidden from people and not carried to another origin, whatever it holds. */
export function isSensitiveHeader(name: string): boolean {
  return sensitiveName.test(name);
}

/** Hides every literal occurrence of the secrets, also as they look inside URLs, JSON and Basic credentials. */
export function redactor(secrets: readonly string[]): (text: string) => string {
  const literals = [...new Set(secrets.flatMap(forms))].filter((form) => form.length >= minLiteral);
  literals.sort((a, b) => b.length - a.length);
  if (literals.length === 0) return (text) => text;
  return (text) => {
    let result = text;
    for (const literal of literals) if (result.includes(literal)) result = result.replaceAll(literal, mask);
    return result;
  };
}

function forms(secret: string): string[] {
  const json = JSON.stringify(secret).slice(1, -1);
  const form = new URLSearchParams([["", secret]]).toString().slice(1);
  return [secret, json, form, encodeURIComponent(secret), Buffer.from(secret).toString("base64")];
}

/** Headers as people see them. */
export function redactHeaders(
  headers: Record<string, string>,
  redact: (text: string) => string,
  alsoHidden?: string,
): Record<string, string> {
  const shown: Record<string, string> = {};
  for (const name in headers) {
    shown[name] = isSensitiveHeader(name) || name === alsoHidden ? mask : redact(headers[name] ?? "");
  }
  return shown;
}
