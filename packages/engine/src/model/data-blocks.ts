import { randomBytes } from "node:crypto";

/** A part of what a model is shown: what it is (letters, digits and `_`), and its text. */
export type DataPart = readonly [name: string, text: string];

/**
 * Each part between marks that hold a boundary, new for every call, which nobody could know when the text was written:
 * so a text can neither end its block nor begin another.
 */
export function dataBlocks(parts: readonly DataPart[]): { boundary: string; blocks: string[] } {
  const boundary = newBoundary(parts);
  const blocks = parts.map(([name, text]) => `<data-${boundary} name="${name}">\n${text}\n</data-${boundary}>`);
  return { boundary, blocks };
}

function newBoundary(parts: readonly DataPart[]): string {
  for (;;) {
    const boundary = randomBytes(16).toString("hex");
    if (!parts.some(([, text]) => text.includes(boundary))) return boundary;
  }
}

/** A text of at most `most` UTF-16 characters, that says so where something was cut off. */
export function cutText(text: string, most: number): string {
  return text.length <= most ? text : `${text.slice(0, most)}\n[cut here: ${text.length - most} characters more]`;
}
