/** A template that renders as `text`, whatever is in it. Most texts are their own. */
export function literalTemplate(text: string): string {
  if (!/\{[{%#]/.test(text)) return text;
  const escaped = text.replaceAll(/\{[{%#]/g, (opening) => `{{ "${opening}" }}`);
  // A template loses one line break at its end.
  return escaped.endsWith("\n") ? `${escaped}{{ "" }}` : escaped;
}
