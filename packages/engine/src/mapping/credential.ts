/** Which part of a call identifies the caller, taken out of what everybody may read. */
import type { TargetAuth } from "../target/schema.ts";
import { isSecretHeader, isSecretParameter } from "../target/visible-secret.ts";

export type Field = [name: string, value: string];
type Given = {
  headers: readonly Field[];
  query: readonly Field[];
  /** `name:password`, as curl takes it. */
  user: string | null;
  bearer: string | null;
};
type Credential = {
  auth: TargetAuth;
  secret: string;
  name: string;
  note: string;
  /** The lowest is used. */ rank: number;
};

export type Credentials = {
  auth: TargetAuth;
  /** Null where there is none, or where what stands there is only a word for it. */
  secret: string | null;
  /** The fields that hold no secret. */
  headers: Field[];
  query: Field[];
  notes: string[];
};

/** Words that documentation puts where a key belongs: `$API_KEY`, `<token>`, `YOUR_KEY`, `sk-...`, `{{token}}`. */
const placeholder =
  /^(?:(?:bearer|basic|token|key)\s+)?(?:\$\{?\w+\}?|\$\(.*\)|`.*`|%\w+%|<[^>]*>|\{\{?[^}]*\}?\}|\[[^\]]*\]|.*(?:\.\.\.|…|\*{3,}|x{5,}).*|(?:your|my|insert|replace)[-_ ].*|(?:api[-_]?key|token|secret|key|password)(?:[-_]here)?)$/i;

const longestPlaceholder = 100;
/** As much as an endpoint stores. */
const longestSecret = 8192;

/** Of several secrets one can be stored. A secret is never in a note. */
export function takeCredentials({ headers, query, user, bearer }: Given): Credentials {
  const found = [
    ...(bearer === null ? [] : [ofAuthorization(`Bearer ${bearer}`)]),
    ...(user === null ? [] : [ofUser(user)]),
    ...headers.filter(isSecret).map(ofHeader),
    ...query.filter(([name]) => isSecretParameter(name)).map(ofParameter),
  ].toSorted((a, b) => a.rank - b.rank);
  const [best, ...others] = found;
  const rest = {
    headers: headers.filter((field) => !isSecret(field)),
    query: query.filter(([name]) => !isSecretParameter(name)),
  };
  if (best === undefined) return { auth: { type: "none" }, secret: null, ...rest, notes: [] };
  const { auth, note, secret } = best;
  const isReal = secret.length <= longestSecret && !isPlaceholder(secret);
  const missing = isReal || auth.type === "none" ? "" : " The command has no real value for it: enter yours.";
  const notes = [note + missing, ...leftOut(others)];
  return { auth, secret: isReal ? secret : null, ...rest, notes };
}

function isPlaceholder(secret: string): boolean {
  return secret.trim() === "" || (secret.length <= longestPlaceholder && placeholder.test(secret.trim()));
}

function isSecret([name]: Field): boolean {
  return isSecretHeader(name);
}

function leftOut(others: readonly Credential[]): string[] {
  const names = [...new Set(others.map(({ name }) => name))];
  if (names.length === 0) return [];
  return [`An endpoint has one secret. Left out: ${names.join(", ")}.`];
}

function ofHeader([name, value]: Field): Credential {
  const plain = name.toLowerCase();
  if (plain === "authorization") return ofAuthorization(value);
  const auth = { type: "api_key", in: "header", name } as const;
  if (plain === "cookie") {
    const note = "You are recognised by a cookie, which works until you sign out. A token of your own lasts longer.";
    return { auth, secret: value, name: "the cookie", note, rank: 7 };
  }
  const isForgery = /csrf|xsrf/.test(plain);
  const rank = isForgery || plain.startsWith("proxy-") ? 8 : 4;
  return { auth, secret: value, name: `the header ${name}`, note: `The key is sent in the header ${name}.`, rank };
}

function ofAuthorization(value: string): Credential {
  const [, token] = /^bearer\s+(.*)$/is.exec(value.trim()) ?? [];
  const name = "the header Authorization";
  if (token !== undefined) {
    const note = "The token is sent as a bearer token.";
    return { auth: { type: "bearer" }, secret: token.trim(), name, note, rank: 0 };
  }
  const auth = { type: "api_key", in: "header", name: "Authorization" } as const;
  const scheme = /^([A-Za-z][\w-]{0,30})\s/.exec(value)?.[1];
  if (scheme !== undefined && /^(?:digest|ntlm|negotiate|aws4-hmac|hmac|signature|oauth$)/i.test(scheme)) {
    const note = `The command signs each call anew (${scheme}), which is not supported: what it sent works once at most.`;
    return { auth: { type: "none" }, secret: "", name, note, rank: 6 };
  }
  const word = scheme === undefined ? "" : `, with the word ${scheme} before it`;
  return { auth, secret: value.trim(), name, note: `The secret is sent in the header Authorization${word}.`, rank: 1 };
}

function ofUser(user: string): Credential {
  const auth = { type: "api_key", in: "header", name: "Authorization" } as const;
  const name = "the user name and password";
  const password = user.slice(user.indexOf(":") + 1);
  if (!user.includes(":") || (password !== "" && isPlaceholder(password))) {
    const note =
      "User name and password are sent as the header Authorization. Enter the word Basic, a space, and name:password in base64.";
    return { auth, secret: "", name, note, rank: 2 };
  }
  const secret = `Basic ${Buffer.from(user).toString("base64")}`;
  const note = "User name and password are sent as the header Authorization. The secret holds both of them, encoded.";
  return { auth, secret, name, note, rank: 2 };
}

function ofParameter([name, value]: Field): Credential {
  const auth = { type: "api_key", in: "query", name } as const;
  const note = `The key is sent as the parameter ${name} of the address.`;
  return { auth, secret: value, name: `the parameter ${name}`, note, rank: 5 };
}
