/** One thing that has to be right for the installation to work. */
export type Finding = { ok: boolean; detail: string; advice?: string };
export type Check = { name: string; run(): Promise<Finding> };

export type CheckedFinding = Finding & { name: string };

/** Runs the checks one after the other; a check that throws is a finding, not the end. */
export async function runChecks(checks: readonly Check[]): Promise<CheckedFinding[]> {
  const findings: CheckedFinding[] = [];
  for (const check of checks) {
    const finding = await check.run().catch((error: unknown) => ({
      ok: false,
      detail: error instanceof Error ? error.message : "failed",
    }));
    findings.push({ name: check.name, ...finding });
  }
  return findings;
}
