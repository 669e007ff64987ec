/** Places of a configuration that everybody reads who may read it, and that look as if they held a secret. */
const secretHeader =
  /^(proxy-)?authorization$|cookie$|(^|[-_])(api[-_]?key|(access|auth|subscription|functions)[-_]?key|token|secret|password)$/i;
const secretParameter = /^(key|sig|signature|code|(.*[-_])?(api[-_]?key|access[-_]?key|token|secret|password))$/i;

/** Whether a header is a place for secrets, which belong into the authentication instead. */
export function isSecretHeader(name: string): boolean {
  return secretHeader.test(name);
}

/** The same of a parameter of an address. */
export function isSecretParameter(name: string): boolean {
  return secretParameter.test(name);
}

type Visible = { url?: string | null; headers?: Record<string, string>; query?: Record<string, string> };

/** What to say about each, at its place. */
export function visibleSecrets({ url, headers = {}, query = {} }: Visible): { path: string[]; message: string }[] {
  const inUrl = [...(URL.parse(url ?? "")?.searchParams.keys() ?? [])];
  return [
    ...inUrl.filter(isSecretParameter).map((name) => problem(["url"], name)),
    ...named(headers, isSecretHeader).map((name) => problem(["headers", name], name)),
    ...named(query, isSecretParameter).map((name) => problem(["query", name], name)),
  ];
}

function named(fields: Record<string, string>, holdsSecret: (name: string) => boolean): string[] {
  return Object.keys(fields).filter(holdsSecret);
}

function problem(path: string[], name: string): { path: string[]; message: string } {
  const message = `Here everybody could read it. Enter ${name} as the secret of the authentication, which is stored encrypted`;
  return { path, message };
}
