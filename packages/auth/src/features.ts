/** Feature flags: a default, an override per installation, an override per organization. */

export const featureDefaults = {
  /** Endpoints may be called with the response and request shown in full. */
  endpoint_trial: true,
  /** Metrics that ask a model. */
  llm_judge: true,
  /** API tokens for programs. */
  api_tokens: true,
} as const satisfies Record<string, boolean>;

export type Feature = keyof typeof featureDefaults;
export type Features = Readonly<Record<Feature, boolean>>;

export const features = Object.keys(featureDefaults) as Feature[];

/** The flags in force. Unknown names are ignored: they belong to another version. */
export function resolveFeatures(
  installation: Readonly<Record<string, boolean>>,
  organization: Readonly<Record<string, boolean>>,
): Features {
  const resolved = features.map((name) => [name, organization[name] ?? installation[name] ?? featureDefaults[name]]);
  return Object.fromEntries(resolved) as Features;
}
