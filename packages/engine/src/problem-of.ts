/** What `read` throws, as a message for its author, or null where it throws nothing. */
export function problemOf(read: () => unknown): string | null {
  try {
    read();
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : "This cannot be read";
  }
}
