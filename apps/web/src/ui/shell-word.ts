/** A text as one word for a POSIX shell, which then reads nothing in it. */
export function shellWord(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
