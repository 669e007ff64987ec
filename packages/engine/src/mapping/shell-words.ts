/** Takes a command apart as bash does: quotes, escapes, continued lines. Expands nothing. */
import { ProposalError } from "./proposal-error.ts";

/** `new_line`: stands first on its line, and the line before was not continued. */
export type Word = { text: string; new_line: boolean };
export type Words = { words: Word[]; /** Something follows the command: a pipe, a second one. */ has_more: boolean };

const unclosed = "A quotation mark in the command is never closed. Copy the whole command, up to its last character.";
const simpleEscapes: Readonly<Record<string, string>> = {
  a: "\u0007",
  b: "\b",
  e: "\u001b",
  E: "\u001b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
  v: "\v",
};
const numberedEscape = /(?:x([0-9A-Fa-f]{1,2})|u([0-9A-Fa-f]{1,4})|U([0-9A-Fa-f]{1,8})|([0-7]{1,3}))/y;
const continued = /[ \t]*\r?\n/y;
const plain = /[^\\'"`$|;&<>#\s]+/y;

/**
 * The words of the first command in `source`. A line that ends in a backslash goes on, also where spaces follow it, and
 * so does one that ends in a backtick, as in PowerShell. Names of variables stay as they are.
 * @throws ProposalError where a quotation mark is not closed
 */
export function shellWords(source: string): Words {
  const reader = new Reader(source);
  while (reader.more()) reader.step();
  return reader.finish();
}

class Reader {
  private at = 0;
  private current: string | null = null;
  private newLine = false;
  private readonly words: Word[] = [];
  private ended = false;
  private readonly source: string;

  constructor(source: string) {
    this.source = source;
  }

  more(): boolean {
    return this.at < this.source.length && !this.ended;
  }

  finish(): Words {
    this.endWord();
    return { words: this.words, has_more: this.ended };
  }

  step(): void {
    const run = this.match(plain);
    if (run !== null) return this.add(run);
    const character = this.source[this.at] ?? "";
    this.at += 1;
    if (/\s/.test(character)) this.space(character);
    else if (character === "\\") this.escape();
    else if (character === "'") this.add(this.until("'"));
    else if (character === '"') this.add(this.doubleQuoted());
    else if (character === "$") this.dollar();
    else if (character === "`" && this.match(continued) !== null) this.endWord();
    else if (character === "#" && this.current === null) this.comment();
    else if (/[|;<>]/.test(character) || (character === "&" && this.isOperator())) this.stop(character);
    else this.add(character);
  }

  private add(text: string): void {
    this.current = (this.current ?? "") + text;
  }

  private space(character: string): void {
    this.endWord();
    if (character === "\n") this.newLine = true;
  }

  private endWord(): void {
    if (this.current === null) return;
    this.words.push({ text: this.current, new_line: this.newLine });
    this.current = null;
    this.newLine = false;
  }

  private escape(): void {
    if (this.match(continued) !== null) return;
    if (this.at < this.source.length) this.add(this.take());
  }

  private dollar(): void {
    const quote = this.source[this.at];
    if (quote === "'") {
      this.at += 1;
      this.add(this.ansiQuoted());
    } else if (quote !== '"') this.add("$");
  }

  private comment(): void {
    const end = this.source.indexOf("\n", this.at);
    this.at = end < 0 ? this.source.length : end;
  }

  /** People paste addresses without quotes: an `&` between two parameters ends no command. */
  private isOperator(): boolean {
    const next = this.source[this.at] ?? " ";
    return this.current === null || next === "&" || /\s/.test(next);
  }

  private stop(character: string): void {
    // Of `2>` the number belongs to the arrow.
    if (/[<>]/.test(character) && /^\d$/.test(this.current ?? "")) this.current = null;
    this.ended = true;
  }

  private until(quote: string): string {
    const end = this.source.indexOf(quote, this.at);
    if (end < 0) throw new ProposalError(unclosed);
    const text = this.source.slice(this.at, end);
    this.at = end + 1;
    return text;
  }

  private doubleQuoted(): string {
    let text = "";
    for (;;) {
      const run = this.match(/[^"\\]+/y);
      if (run !== null) text += run;
      const character = this.source[this.at];
      this.at += 1;
      if (character === undefined) throw new ProposalError(unclosed);
      if (character === '"') return text;
      const next = this.take();
      if (next === "\r" && this.source[this.at] === "\n") this.at += 1;
      else if (/["\\$`]/.test(next)) text += next;
      else if (next !== "\n") text += `\\${next}`;
    }
  }

  private ansiQuoted(): string {
    let text = "";
    for (;;) {
      const run = this.match(/[^'\\]+/y);
      if (run !== null) text += run;
      const character = this.source[this.at];
      this.at += 1;
      if (character === undefined) throw new ProposalError(unclosed);
      if (character === "'") return text;
      text += this.ansiEscape();
    }
  }

  private ansiEscape(): string {
    numberedEscape.lastIndex = this.at;
    const numbered = numberedEscape.exec(this.source);
    if (numbered !== null) {
      const [all, hex, short, long, octal] = numbered;
      this.at += all.length;
      const code = octal === undefined ? Number.parseInt(hex ?? short ?? long ?? "", 16) : Number.parseInt(octal, 8);
      return code > 0x10ffff ? "\ufffd" : String.fromCodePoint(code);
    }
    const next = this.take();
    return simpleEscapes[next] ?? (/['"\\?]/.test(next) ? next : `\\${next}`);
  }

  /** One character, whole. */
  private take(): string {
    const code = this.source.codePointAt(this.at);
    const character = code === undefined ? "" : String.fromCodePoint(code);
    this.at += character.length;
    return character;
  }

  private match(pattern: RegExp): string | null {
    pattern.lastIndex = this.at;
    const [found] = pattern.exec(this.source) ?? [];
    if (found === undefined) return null;
    this.at += found.length;
    return found;
  }
}
