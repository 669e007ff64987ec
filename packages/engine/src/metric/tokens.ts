/** Scripts written without spaces, whose characters each count as a word. */
const ideograph = String.raw`\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}`;
const word = String.raw`[[\p{L}\p{M}\p{N}]--[${ideograph}]]+`;
const wordPattern = new RegExp(String.raw`[${ideograph}]|${word}`, "gv");
const tokenPattern = new RegExp(String.raw`[${ideograph}]|${word}|[^\s]`, "gv");

/** Words in lower case without punctuation, as ROUGE counts them; for ASCII those of the rouge-score package. */
export function wordsOf(text: string): string[] {
  return text.normalize("NFC").toLowerCase().match(wordPattern) ?? [];
}

/** Words and single punctuation marks, case kept, as BLEU counts them. */
export function tokensOf(text: string): string[] {
  return text.normalize("NFC").match(tokenPattern) ?? [];
}

/**
 * Characters as people count them are not UTF-16 units: a copy of `text` with each code point in one unit. `codes`
 * is shared by the texts to be compared, which together hold fewer than 65,536 different code points.
 */
export function oneUnitEach(text: string, codes: Map<string, number>): string {
  const units: number[] = [];
  for (const character of text) {
    const code = codes.get(character) ?? codes.size;
    codes.set(character, code);
    units.push(code);
  }
  return units.map((unit) => String.fromCharCode(unit)).join("");
}
