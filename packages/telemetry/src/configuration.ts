/** How programs read their environment: once, strictly, and with all that is wrong told together. */
import { z } from "zod";
import { logLevels } from "./logger.ts";

export type Variables = Readonly<Record<string, string | undefined>>;
export type ConfigurationProblem = { name: string; message: string };

/** All that is wrong with the environment. The message has a line for each variable, without values. */
export class ConfigurationError extends Error {
  override name = "ConfigurationError";
  readonly problems: ConfigurationProblem[];
  constructor(problems: ConfigurationProblem[]) {
    const lines = problems.map(({ name, message }) => `  ${name}: ${message}`);
    super(`The configuration is not usable:\n${lines.join("\n")}`);
    this.problems = problems;
  }
}

export const postgresUrl = z.url({
  protocol: /^postgres(ql)?$/,
  error: "Use an address like postgres://user:password@host:5432/database",
});
export const redisUrl = z.url({ protocol: /^rediss?$/, error: "Use an address like redis://host:6379" });
export const webUrl = z.url({ protocol: /^https?$/, error: "Use an address with http:// or https://" });
export const text = z.string().min(1);
export const flag = z.stringbool({ error: "Use true or false" });
export const logLevel = z.enum(logLevels, { error: `Use one of ${logLevels.join(", ")}` });

/** A whole number in decimal digits, within both bounds. */
export const count = (least: number, most: number) =>
  z
    .string()
    .regex(/^\d+$/, "Use a whole number")
    .transform(Number)
    .refine((value) => value >= least && value <= most, `Use a number from ${least} to ${most}`);

/** What stands between commas, without spaces around it and without empty ones. */
export const list = z.string().transform((items) =>
  items
    .split(",")
    .map((item) => item.trim())
    .filter((item) => item !== ""),
);

export const networks = list.pipe(
  z.array(z.union([z.cidrv4(), z.cidrv6()], { error: "Use networks such as 10.0.0.0/8, separated by commas" })),
);

/** Flags by name: `one=true,other=false`. */
export const flags = list.transform((items, context) => {
  const entries = items.map((item) => item.split("=").map((part) => part.trim()));
  if (entries.every(([name, value]) => name !== "" && (value === "true" || value === "false"))) {
    return Object.fromEntries(entries.map(([name, value]) => [name ?? "", value === "true"]));
  }
  context.addIssue({ code: "custom", message: "Use name=true,other=false" });
  return z.NEVER;
});

/** @param parse throws where the text is not usable; its message is shown, so it must not repeat the text */
export const parsedBy = <T>(parse: (text: string) => T) =>
  z.string().transform((given, context) => {
    try {
      return parse(given);
    } catch (error) {
      context.addIssue({ code: "custom", message: error instanceof Error ? error.message : "Is not usable" });
      return z.NEVER;
    }
  });

/**
 * Reads variables such as `process.env`; empty ones count as not set.
 * @throws ConfigurationError naming all that are wrong or missing
 */
export function readConfiguration<Schema extends z.ZodType>(schema: Schema, variables: Variables): z.output<Schema> {
  const given = Object.fromEntries(
    Object.entries(variables).filter(([, value]) => value !== undefined && value !== ""),
  );
  const parsed = schema.safeParse(given);
  if (parsed.success) return parsed.data;
  const problems = new Map<string, string>();
  for (const { code, path, message } of parsed.error.issues) {
    const name = String(path[0]);
    const isMissing = !(name in given) && code !== "custom";
    if (!problems.has(name)) problems.set(name, isMissing ? "Is missing" : message);
  }
  throw new ConfigurationError([...problems].map(([name, message]) => ({ name, message })));
}

/** For a process that cannot start without: tells what is wrong and ends it with 78, `EX_CONFIG` of sysexits.h. */
export function configurationOrExit<T>(read: (variables: Variables) => T): T {
  try {
    return read(process.env);
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    process.stderr.write(`${error.message}\n`);
    return process.exit(78);
  }
}
