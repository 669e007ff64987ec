/** `rhesis feature`: which features are switched on for one organization. */
import { features, resolveFeatures, type Feature } from "@rhesis/auth/features";
import { getFeatureOverrides, setFeatureOverride, type FeatureOverrides } from "@rhesis/db/queries/organization";
import type { Tenant } from "@rhesis/db/tenant";
import { readConfiguration } from "@rhesis/telemetry/configuration";
import { z } from "zod";
import { withDatabase, type Print } from "./commands.ts";
import { settings } from "./config.ts";

export type FeatureOptions = { organization: string };

/** Prints each feature, whether it is on, and who says so. @throws where there is no such organization */
export async function listFeatures(options: FeatureOptions, print: Print): Promise<void> {
  const tenant = tenantOf(options);
  const { DATABASE_URL, RHESIS_FEATURES: installation } = readSettings();
  const overrides = await withDatabase(DATABASE_URL, (database) => database.read(tenant, getFeatureOverrides));
  const resolved = resolveFeatures(installation, overrides);
  for (const name of features)
    print(`${wordOf(resolved[name])}  ${name}  (${sourceOf(name, installation, overrides)})`);
}

/** Switches a feature for the organization alone. @throws where there is no such organization, feature or value */
export async function setFeature(options: FeatureOptions, name: string, value: string, print: Print): Promise<void> {
  const feature = asFeature(name);
  const on = asValue(value);
  await change(options, feature, on);
  print(`${feature} is ${on ? "on" : "off"} for this organization. ${whenInForce}`);
}

/** Leaves a feature to the installation again. @throws where there is no such organization or feature */
export async function clearFeature(options: FeatureOptions, name: string, print: Print): Promise<void> {
  const feature = asFeature(name);
  await change(options, feature, null);
  print(`${feature} is what the installation says. ${whenInForce}`);
}

const whenInForce = "It is in force at once, at the latest in half a minute.";

async function change(options: FeatureOptions, feature: Feature, value: boolean | null): Promise<void> {
  const tenant = tenantOf(options);
  const { DATABASE_URL } = readSettings();
  await withDatabase(DATABASE_URL, (database) =>
    database.write(tenant, (tx) => setFeatureOverride(tx, { feature, value })),
  );
}

function readSettings() {
  return readConfiguration(settings.pick({ DATABASE_URL: true, RHESIS_FEATURES: true }), process.env);
}

function tenantOf({ organization }: FeatureOptions): Tenant {
  const { success } = z.uuid().safeParse(organization);
  if (!success) throw new Error("--organization must be the id of an organization.");
  return { organization_id: organization, user_id: null };
}

function asFeature(text: string): Feature {
  const found = features.find((feature) => feature === text);
  if (found === undefined) throw new Error(`There is no feature "${text}". There are: ${features.join(", ")}`);
  return found;
}

function asValue(text: string): boolean {
  const { success, data } = z.stringbool().safeParse(text);
  if (!success) throw new Error("The value must be on or off.");
  return data;
}

const wordOf = (on: boolean): string => (on ? "on " : "off");

function sourceOf(name: Feature, installation: FeatureOverrides, organization: FeatureOverrides): string {
  if (name in organization) return "this organization";
  return name in installation ? "this installation" : "default";
}
