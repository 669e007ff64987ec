/**
 * What of JSON goes beyond bounds, read from its text: more than `levels` arrays and objects inside each other overflow
 * whoever walks them, more than `values` values keep a process busy with nothing else.
 */
export function excessOf(
  text: string,
  { levels, values }: { levels: number; values: number },
): "levels" | "values" | null {
  let depth = 0;
  let parts = 0;
  for (let at = 0; at < text.length; at++) {
    switch (text[at]) {
      case '"':
        at = endOfText(text, at);
        break;
      case "[":
      case "{":
        if (++depth > levels) return "levels";
        if (++parts > values) return "values";
        break;
      case ",":
        if (++parts > values) return "values";
        break;
      case "]":
      case "}":
        depth--;
        break;
      default:
    }
  }
  return null;
}

/** Where the text that begins at `start` has its closing quote. */
function endOfText(text: string, start: number): number {
  for (let end = text.indexOf('"', start + 1); end !== -1; end = text.indexOf('"', end + 1)) {
    let escapes = 0;
    while (text[end - 1 - escapes] === "\\") escapes++;
    if (escapes % 2 === 0) return end;
  }
  return text.length;
}
