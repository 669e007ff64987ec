/** What a request can hold in place of fixed text. */

export type Variable = { text: string; label: string; hint: string };

export const variables: readonly Variable[] = [
  { text: "{{ input }}", label: "Question", hint: "The text of the test" },
  { text: "{{ conversation_id }}", label: "Conversation id", hint: "Keeps one conversation together" },
  { text: "{{ messages | tojson }}", label: "Messages", hint: "The conversation so far as a list of role and content" },
  {
    text: "{{ params.name }}",
    label: "Parameter",
    hint: "A value given when a run starts; put its name instead of “name”",
  },
];

/** True where `position` stands between the quotes of a JSON text. */
function isInsideText(text: string, position: number): boolean {
  let inside = false;
  for (let index = 0; index < position; index += 1) {
    if (text[index] === "\\" && inside) index += 1;
    else if (text[index] === '"') inside = !inside;
  }
  return inside;
}

/** What to insert at `position` so that the JSON stays JSON: with quotes, unless it already stands between them. */
export function insertionFor(text: string, position: number, variable: string): string {
  return isInsideText(text, position) ? variable : `"${variable}"`;
}
