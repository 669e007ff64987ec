/** The address of a pasted command. */
import type { CurlCommand } from "./curl-options.ts";
import type { Field } from "./credential.ts";
import { ProposalError } from "./proposal-error.ts";

const longestAddress = 8192;
/** What shells and documentation put in place of a value. */
const variable = /\$\{?[A-Z][A-Z0-9_]{2,}\}?|%[A-Z][A-Z0-9_]{2,}%/g;
const inAngles = /<[A-Za-z][\w -]{0,40}>|\{\{?[\w. -]{1,40}\}\}?|(?<=\/):[a-z_]{2,40}/i;
const heldBySegment = /\/(?:conversations?|sessions?|threads?|chats?)\/([^/]*\d[^/]*)/i;

/**
 * The first address, and the user name and password in it.
 * @param isSocket the headers ask for a WebSocket: the address is one of it, whatever it begins with
 * @throws ProposalError where there is none to be used
 */
export function addressOf(
  { urls }: CurlCommand,
  isSocket: boolean,
): { url: URL; user: string | null; notes: string[] } {
  const [given, ...others] = urls;
  if (given === undefined) throw new ProposalError("The command has no address. Copy the whole command.");
  const hasScheme = /^[a-z][a-z0-9+.-]*:\/\//i.test(given);
  const url = given.length > longestAddress ? null : URL.parse(hasScheme ? given : `http://${given}`);
  if (
    url === null ||
    !/^(?:https?|wss?):$/.test(url.protocol) ||
    !/[\w\]]$/.test(url.hostname) ||
    /[$<>{}%*]/.test(url.host)
  ) {
    throw new ProposalError("The address in the command is not a web address. Put the real one, with https://, there.");
  }
  const user = url.username === "" && url.password === "" ? null : `${decoded(url.username)}:${decoded(url.password)}`;
  url.username = "";
  url.password = "";
  url.hash = "";
  if (isSocket) url.protocol = url.protocol.replace(/^http/, "ws");
  const isList = url.pathname.endsWith(":streamGenerateContent") && url.searchParams.get("alt") !== "sse";
  if (isList) url.searchParams.set("alt", "sse");
  const notes = [
    hasScheme || isSocket ? "" : "The address says neither http nor https; http is used, as curl does.",
    others.length === 0 ? "" : "The command calls several addresses; the first is used.",
    isList
      ? "The parameter alt=sse is added: without it Gemini streams in a way that cannot be read piece by piece."
      : "",
    placeholderNote(given),
    conversationNote(url),
  ];
  return { url, user, notes: notes.filter((note) => note !== "") };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function placeholderNote(address: string): string {
  const [path = ""] = address.split("?");
  const names = path.match(variable) ?? [];
  return names.length === 0 && !inAngles.test(path) ? "" : "The address holds a placeholder. Put a real value there.";
}

function conversationNote({ pathname }: URL): string {
  if (!heldBySegment.test(pathname)) return "";
  return (
    "The path of the address seems to hold the id of one conversation. It is the same in every call, so all tests would " +
    "talk in that conversation."
  );
}

/** The address without its parameters but these. */
export function addressWith(url: URL, fields: readonly Field[]): string {
  const bare = new URL(url);
  bare.search = new URLSearchParams(fields.map(([name, value]): Field => [name, value])).toString();
  return bare.href;
}

/** Which variables of a shell are still in a text. */
export function shellVariables(text: string): string[] {
  return [...new Set(text.match(variable) ?? [])];
}
