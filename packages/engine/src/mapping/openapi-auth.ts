/** How an operation wants to be signed in to. */
import type { TargetAuth } from "../target/schema.ts";
import {
  asGroup,
  groupAt,
  keysOf,
  listAt,
  textAt,
  valueAt,
  type Group,
  type OpenApiDocument,
} from "./openapi-document.ts";

export type Asked = { auth: TargetAuth; notes: string[] };

const none: Asked = { auth: { type: "none" }, notes: [] };

/** @param base where relative addresses of the document begin */
export function authOf(document: OpenApiDocument, operation: Group, base: string): Asked {
  const own = valueAt(operation, "security");
  const choices = Array.isArray(own) ? (own as unknown[]) : listAt(document.root, "security");
  const schemes = document.at(document.at(document.root, "components"), "securitySchemes");
  const asked = choices.slice(0, 10).map((choice) => {
    const names = keysOf(asGroup(choice), 5);
    const all = names.map((name) => schemeOf(document.at(schemes, name), base));
    const usable = all.filter((one) => one !== null);
    return { names, usable, is_whole: names.length > 0 && usable.length === names.length };
  });
  const best =
    asked.find((one) => one.is_whole && one.usable.length === 1) ?? asked.find((one) => one.usable.length > 0);
  if (best === undefined)
    return notSupported(
      asked.some(({ names }) => names.length > 0),
      Array.isArray(own) || Array.isArray(valueAt(document.root, "security")),
    );
  const [first = none] = best.usable;
  const more = best.names.length > 1 ? ["It asks for several secrets at once, and an endpoint has one."] : [];
  return { auth: first.auth, notes: [...first.notes, ...more] };
}

function notSupported(asks: boolean, says: boolean): Asked {
  if (asks)
    return { ...none, notes: ["The way the document asks to sign in is not supported, or not described in it."] };
  return says ? none : { ...none, notes: ["The document asks for no sign-in. If there is one, fill it in."] };
}

function schemeOf(scheme: Group | null, base: string): Asked | null {
  switch (textAt(scheme, "type")) {
    case "http":
      return ofHttp(textAt(scheme, "scheme").toLowerCase());
    case "apiKey":
      return ofKey(textAt(scheme, "in"), textAt(scheme, "name"));
    case "oauth2":
      return ofOauth(groupAt(scheme, "flows"), base);
    case "openIdConnect":
      return bearer("The document asks for a token of OpenID Connect: enter one as the secret.");
    default:
      return null;
  }
}

function bearer(note: string): Asked {
  return { auth: { type: "bearer" }, notes: [note] };
}

function ofHttp(scheme: string): Asked | null {
  if (scheme === "bearer") return bearer("It asks for a bearer token: enter yours as the secret.");
  if (scheme !== "basic") return null;
  const note = "It asks for a user name and a password: enter the word Basic, a space, and name:password in base64.";
  return { auth: { type: "api_key", in: "header", name: "Authorization" }, notes: [note] };
}

function ofKey(place: string, name: string): Asked | null {
  if (!/^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,128}$/.test(name)) return null;
  if (place === "cookie")
    return {
      auth: { type: "api_key", in: "header", name: "Cookie" },
      notes: [`It asks for a cookie: enter ${name}= and its value as the secret.`],
    };
  if (place !== "header" && place !== "query") return null;
  const where = place === "header" ? `the header ${name}` : `the parameter ${name} of the address`;
  return {
    auth: { type: "api_key", in: place, name },
    notes: [`It asks for a key in ${where}: enter yours as the secret.`],
  };
}

function ofOauth(flows: Group | null, base: string): Asked | null {
  const flow = groupAt(flows, "clientCredentials");
  if (flow === null) return flows === null ? null : bearer("It asks for a token of OAuth: enter one as the secret.");
  const token_url = URL.parse(textAt(flow, "tokenUrl"), base);
  if (token_url === null || !/^https?:$/.test(token_url.protocol) || token_url.username !== "") return null;
  const scope = keysOf(groupAt(flow, "scopes"), 20).join(" ").slice(0, 1024);
  return {
    auth: {
      type: "client_credentials",
      token_url: token_url.href,
      client_id: "your-client-id",
      ...(scope === "" ? {} : { scope }),
    },
    notes: ["It asks for OAuth client credentials: enter your client id, and the client secret as the secret."],
  };
}
