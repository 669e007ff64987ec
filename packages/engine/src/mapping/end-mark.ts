/** What marks the end of an answer that comes in pieces. */
import { findAll } from "../json-path.ts";
import type { Json } from "../target/schema.ts";
import { partsOf } from "./answer-walk.ts";
import { pathOf } from "./path-of.ts";
import type { Piece } from "./pieces.ts";

const longestMark = 60;
const endNames =
  /^(?:is_)?(?:done|finish(?:ed)?|final|last|complete[d]?|end|ended|eos|eof|stop|stopped)$|^(?:finish|stop|end|done)_?reason$/;
/** `[DONE]`, `END` */
const bareMark = /^\[[A-Za-z_ -]{2,30}\]$|^(?:DONE|END|EOF|EOS|COMPLETE|FINISHED)$/i;

/** As `stream.done` of a target has it; undefined where the last piece has nothing that no other has. */
export function endMarkOf(pieces: readonly Piece[]): string | undefined {
  const last = pieces.at(-1);
  const before = pieces.slice(0, -1);
  if (last === undefined || before.length === 0) return undefined;
  return literalMark(last, before) ?? typeMark(last, before) ?? flagMark(last.body, before);
}

function literalMark({ data, is_json }: Piece, before: readonly Piece[]): string | undefined {
  const mark = data.trim();
  if (is_json || mark === "" || mark.length > longestMark || !isLiteral(mark)) return undefined;
  const isAmongJson = before.every((piece) => piece.is_json);
  if (!isAmongJson && !bareMark.test(mark)) return undefined;
  return before.some((piece) => piece.data.trim() === mark) ? undefined : mark;
}

/** Neither a path nor a template, which would be looked for in a piece. */
function isLiteral(mark: string): boolean {
  return !mark.startsWith("$") && !/\{[{%#]/.test(mark);
}

function typeMark({ type }: Piece, before: readonly Piece[]): string | undefined {
  if (type === undefined || type.trim() === "" || type.length > longestMark || !isLiteral(type)) return undefined;
  return before.some((piece) => piece.type === type) ? undefined : type;
}

function flagMark(body: Json, before: readonly Piece[]): string | undefined {
  const flags = partsOf(body).filter(({ name, value }) => endNames.test(name) && isSomething(value));
  for (const { steps } of flags) {
    const path = pathOf(steps);
    if (!before.some((piece) => isSomething(findAll(path, piece.body, 1)[0]))) return path;
  }
  return undefined;
}

function isSomething(value: Json | undefined): boolean {
  return value !== undefined && value !== null && value !== false && value !== "" && typeof value !== "object";
}
