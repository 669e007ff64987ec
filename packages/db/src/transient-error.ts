/** SQLSTATE classes of what passes by itself: connection, resources, operator, deadlock and lock timeout. */
const passing = /^(?:08|53|57|40)...$|^55P03$|^25P03$/;

/** True where the same transaction may succeed later: the database is away, restarting, or was in the way of itself. */
export function isTransientError(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const code = "code" in error && typeof error.code === "string" ? error.code : "";
  if (/^[0-9A-Z]{5}$/.test(code) && !code.startsWith("E")) return passing.test(code);
  return /^E[A-Z]+$/.test(code) || /connection|timeout|terminated/i.test(error.message);
}
