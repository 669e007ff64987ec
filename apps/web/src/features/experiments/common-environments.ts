import { defaultEnvironment } from "./parameters-request.ts";

/** Offered where nothing is bound yet. Any other name can be used as well. */
export const commonEnvironments: readonly string[] = [defaultEnvironment, "development", "staging", "production"];
