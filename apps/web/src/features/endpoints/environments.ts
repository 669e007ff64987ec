import type { EndpointItem } from "@rhesis/router/endpoint/schema";

type Environment = EndpointItem["environment"];

export const environmentLabels: Record<Environment, string> = {
  production: "Production",
  staging: "Staging",
  development: "Development",
  local: "Local",
};

export const environmentOptions = (Object.keys(environmentLabels) as Environment[]).map((value) => ({
  value,
  label: environmentLabels[value],
}));
