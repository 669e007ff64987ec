/** Takes a command apart as the Windows command line and the C library of its programs do, one after the other. */
import { ProposalError } from "./proposal-error.ts";
import type { Word, Words } from "./shell-words.ts";

/** Whether a command was written for the Windows command line: `^` continues its lines or guards its quotes. */
export function isCmd(source: string): boolean {
  return /\^[ \t]*\r?\n/.test(source) ? !/\\\r?\n/.test(source) : /^\s*curl(?:\.exe)?\s+\^"/i.test(source);
}

/**
 * The words of the first command in `source`.
 * @throws ProposalError where a quotation mark is not closed
 */
export function cmdWords(source: string): Words {
  const { text, has_more } = withoutCarets(source);
  return { words: argumentsOf(text, /\^"/.test(source)), has_more };
}

/** What the command line hands on: `^` makes the next character ordinary, unless it stands between quotes. */
function withoutCarets(source: string): { text: string; has_more: boolean } {
  const parts: string[] = [];
  let quoted = false;
  for (let at = 0; at < source.length; at += 1) {
    const character = source[at] ?? "";
    if (character === "^" && !quoted) {
      const [line] = /^[ \t]*\r?\n/.exec(source.slice(at + 1, at + 80)) ?? [];
      // After a continued line the next character is ordinary, a second line break too.
      if (line !== undefined) at += line.length;
      at += 1;
      if (source[at] === "\r" && source[at + 1] === "\n") at += 1;
      parts.push(source[at] ?? "");
    } else if (!quoted && /[|<>]/.test(character)) return { text: parts.join(""), has_more: true };
    else {
      if (character === '"') quoted = !quoted;
      parts.push(character);
    }
  }
  return { text: parts.join(""), has_more: false };
}

/**
 * As `CommandLineToArgvW`: backslashes are ordinary but before a quote, `""` between quotes is one quote.
 * @param doubles Chrome, which writes `^"`, doubles every backslash, also where it need not
 */
function argumentsOf(text: string, doubles: boolean): Word[] {
  const words: Word[] = [];
  let current: string | null = null;
  let quoted = false;
  for (const [found, slashes = "", quotes] of text.matchAll(/(\\*)("+)|\\+|[ \t\r\n]+|[^\\" \t\r\n]+/g)) {
    if (quotes !== undefined) {
      const read = readQuotes(slashes.length, quotes.length, quoted);
      current = (current ?? "") + read.text;
      ({ quoted } = read);
    } else if (found.startsWith("\\")) current = (current ?? "") + (doubles ? found.slice(found.length >> 1) : found);
    else if (quoted || !/^\s/.test(found)) current = (current ?? "") + found;
    else {
      if (current !== null) words.push({ text: current, new_line: false });
      current = null;
    }
  }
  if (quoted) throw new ProposalError("A quotation mark in the command is never closed. Copy the whole command.");
  if (current !== null) words.push({ text: current, new_line: false });
  return words;
}

function readQuotes(slashes: number, quotes: number, wasQuoted: boolean): { text: string; quoted: boolean } {
  let text = "\\".repeat(slashes >> 1);
  let quoted = wasQuoted;
  let left = quotes;
  if (slashes % 2 === 1) {
    text += '"';
    left -= 1;
  }
  while (left > 0) {
    const isPair = quoted && left > 1;
    if (isPair) text += '"';
    else quoted = !quoted;
    left -= isPair ? 2 : 1;
  }
  return { text, quoted };
}
