/**
 * The issuer exactly as it stands in the tokens.
 * @param domain of Auth0, whose issuer is its domain with https:// and a slash; a whole address where it is local
 * @param issuer of any other provider; holds before the domain
 * @returns null where neither makes an address with http or https
 */
export function issuerOf(domain: string | undefined, issuer: string | undefined): string | null {
  if (issuer !== undefined) return isWebAddress(issuer) ? issuer : null;
  if (domain === undefined) return null;
  const address = /^https?:\/\//.test(domain) ? domain : `https://${domain}`;
  return isWebAddress(address) ? `${address.replace(/\/+$/, "")}/` : null;
}

const isWebAddress = (text: string) => URL.canParse(text) && /^https?:$/.test(new URL(text).protocol);
