/** Where the operations of a document are. */
import {
  groupAt,
  listAt,
  textAt,
  valueAt,
  asGroup,
  keysOf,
  type Group,
  type OpenApiDocument,
} from "./openapi-document.ts";

/** Stands where a document does not tell. The name is reserved, so nothing is there. */
export const unknownServer = "https://your-application.example";

export type Server = { url: string; notes: string[] };

/** The first full address, of the operation, its path or the document. */
export function serverOf(document: OpenApiDocument, item: Group, operation: Group): Server {
  const lists = [operation, item, document.root].map((group) => listAt(group, "servers"));
  const servers = (lists.find((list) => list.length > 0) ?? []).slice(0, 20).map((one) => filled(asGroup(one)));
  const full = servers
    .map((address) => URL.parse(address))
    .find((url) => url !== null && /^https?:$/.test(url.protocol));
  if (full !== null && full !== undefined) {
    full.search = "";
    full.hash = "";
    full.username = "";
    full.password = "";
    const notes = servers.length > 1 ? ["The document names several servers; the first is used."] : [];
    return { url: full.href.replace(/\/+$/, ""), notes };
  }
  const path = servers.find((address) => /^\/[\w./-]{0,200}$/.test(address)) ?? "";
  const note = `The document does not say where the application runs. Put its address in place of ${unknownServer}.`;
  return { url: unknownServer + path.replace(/\/+$/, ""), notes: [note] };
}

/** With the defaults of its variables. */
function filled(server: Group | null): string {
  const variables = groupAt(server, "variables");
  return keysOf(variables, 20).reduce(
    (url, name) => {
      const variable = groupAt(variables, name);
      const [choice] = listAt(variable, "enum");
      const value = valueAt(variable, "default") ?? choice;
      return typeof value === "string" ? url.replace(`{${name}}`, () => value.slice(0, 500)) : url;
    },
    textAt(server, "url").slice(0, 2048),
  );
}
