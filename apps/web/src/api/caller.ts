/** Who is calling: the access token and the organization that every request carries. */

type TokenSource = () => Promise<string>;

let tokenSource: TokenSource | null = null;
let organizationId: string | null = null;

export function setTokenSource(source: TokenSource): void {
  tokenSource = source;
}

/** Empty before somebody has signed in. @throws where the session cannot be renewed */
export async function currentToken(): Promise<string> {
  return tokenSource === null ? "" : tokenSource();
}

/** null before the person belongs to an organization. */
export function setOrganization(id: string | null): void {
  organizationId = id;
}

export function currentOrganization(): string | null {
  return organizationId;
}
