/** Reads a pasted command line as the call that curl would make. */
import { cmdWords, isCmd } from "./cmd-words.ts";
import { curlOptions, shortOptions, type CurlCommand } from "./curl-options.ts";
import { ProposalError } from "./proposal-error.ts";
import { shellWords, type Word } from "./shell-words.ts";

/** What stands before `curl` in a command: prompts, `sudo`, variables. */
const mostWordsBefore = 8;

/**
 * Understands the quoting of bash (and zsh, and PowerShell where it is alike) and of the Windows command line.
 * @throws ProposalError where this is no curl command, or one that an endpoint cannot do
 */
export function readCurl(source: string): CurlCommand {
  const text = withoutFence(source);
  const { words, has_more } = isCmd(text) ? cmdWords(text) : shellWords(text);
  const start = words.slice(0, mostWordsBefore).findIndex((word) => isCurl(word.text));
  if (start < 0) throw notCurl(text);
  const command = readOptions(words.slice(start + 1));
  return { ...command, has_more: command.has_more || has_more };
}

function isCurl(word: string): boolean {
  return /^(?:.*[\\/])?curl(?:\.exe)?$/i.test(word.slice(-200));
}

/** Code blocks of Markdown keep their marks when they are copied. */
function withoutFence(source: string): string {
  return source
    .replace(/^\s*```[a-z]*\r?\n/i, "")
    .replace(/\r?\n```\s*$/, "")
    .trim();
}

function notCurl(text: string): ProposalError {
  if (/Invoke-(?:WebRequest|RestMethod)/i.test(text))
    return new ProposalError("This is a command of PowerShell. In the browser choose “Copy as cURL” instead.");
  if (/^\s*(?:await\s+)?fetch\s*\(/.test(text))
    return new ProposalError("This is a call of fetch. In the browser choose “Copy as cURL” instead.");
  return new ProposalError("This is no curl command: it does not begin with curl.");
}

function readOptions(words: readonly Word[]): CurlCommand {
  const command: CurlCommand = {
    urls: [],
    method: null,
    headers: [],
    data: [],
    in_query: false,
    query: [],
    user: null,
    bearer: null,
    cookie: null,
    timeout_s: null,
    attempts: null,
    redirects: false,
    has_more: false,
    notes: [],
  };
  let at = 0;
  while (at < words.length && !command.has_more) {
    const { text = "", new_line = false } = words[at] ?? {};
    const next = words[at + 1]?.text;
    at += 1;
    // A line of its own that is no option belongs to something else: a second command, an answer.
    if (new_line && command.urls.length > 0 && !text.startsWith("-")) command.has_more = true;
    else if (text.startsWith("--")) at += readLong(command, text, next);
    else if (text.startsWith("-") && text.length > 1) at += readShort(command, text.slice(1), next);
    else if (text !== "") command.urls.push(text);
  }
  return command;
}

/** How many more words it took. */
function readLong(command: CurlCommand, word: string, next: string | undefined): number {
  if (word === "--") return 0;
  const option = curlOptions.get(word);
  if (option !== undefined) return apply(command, option, word, next);
  if (word.startsWith("--no-") && curlOptions.has(`--${word.slice(5)}`)) return 0;
  const [name = "", ...value] = word.split("=");
  const assigned = curlOptions.get(name);
  if (assigned?.takes_value !== true || value.length === 0) throw unknown(name);
  assigned.use(command, value.join("="));
  return 0;
}

/** Letters in one word: flags first, and the value of the last one right behind it or in the next word. */
function readShort(command: CurlCommand, letters: string, next: string | undefined): number {
  for (let at = 0; at < letters.length; at += 1) {
    const name = shortOptions[letters[at] ?? ""];
    const option = name === undefined ? undefined : curlOptions.get(name);
    if (option === undefined) throw unknown(`-${letters[at]}`);
    const rest = letters.slice(at + 1);
    if (option.takes_value) {
      if (rest === "") return apply(command, option, `-${letters[at]}`, next);
      option.use(command, rest);
      return 0;
    }
    option.use(command, "");
  }
  return 0;
}

function apply(
  command: CurlCommand,
  option: { use: (command: CurlCommand, value: string) => void; takes_value: boolean },
  name: string,
  next: string | undefined,
): number {
  if (option.takes_value && next === undefined)
    throw new ProposalError(`The command ends at ${name}, which needs a value. Copy the whole command.`);
  option.use(command, next ?? "");
  return option.takes_value ? 1 : 0;
}

function unknown(name: string): ProposalError {
  const shown = /^--?[\w.-]{1,40}$/.test(name) ? `The option ${name}` : "An option of the command";
  return new ProposalError(`${shown} is not known here. Take it out of the command and read it again.`);
}
