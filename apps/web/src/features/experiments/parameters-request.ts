/** Which version of a project's parameters a run is to be made with, as the address says it. */

export const parametersWays = ["none", "environment", "experiment"] as const;
export type ParametersWay = (typeof parametersWays)[number];

/** As in the address of the drawer that starts a run. */
export type ParametersChoice = {
  with?: ParametersWay | undefined;
  environment?: string | undefined;
  experiment?: string | undefined;
  version?: number | undefined;
};

export const defaultEnvironment = "default";

/** What the address says, else the environment `default` where something is bound to it, else nothing. */
export function wayOf(choice: ParametersChoice, isDefaultBound: boolean): ParametersWay {
  if (choice.with !== undefined) return choice.with;
  if (choice.experiment !== undefined) return "experiment";
  return choice.environment !== undefined || isDefaultBound ? "environment" : "none";
}

type Request = { experiment_id?: string; version?: number; environment?: string };

/** For the contract: undefined for no version, null while an experiment has yet to be chosen. */
export function requestOf(way: ParametersWay, choice: ParametersChoice): Request | undefined | null {
  const { environment = defaultEnvironment, experiment, version } = choice;
  if (way === "none") return undefined;
  if (way === "environment") return { environment };
  if (experiment === undefined) return null;
  return { experiment_id: experiment, ...(version === undefined ? {} : { version }) };
}
