/** CPU profiles of the processes that a benchmark measures: `npm run bench -- --profile`. */
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../../../../", import.meta.url));

/** Arguments for Node with which a process writes its profile when it ends; none where no profile was asked for. */
export function profileArgs(label: string, folder = process.env["BENCH_PROFILE_DIR"]): string[] {
  return folder === undefined ? [] : ["--cpu-prof", `--cpu-prof-dir=${join(folder, label)}`];
}

type CpuProfile = {
  nodes: { id: number; callFrame: { functionName: string; url: string; lineNumber: number } }[];
  samples: number[];
  /** Microseconds before each sample. */
  timeDeltas: number[];
};

export type Profile = {
  label: string;
  /** Of the time that was recorded, how much the processor had nothing to do, 0 to 1. */
  idle: number;
  /** Seconds of the rest. */
  busy_seconds: number;
  /** By share of the rest, the largest first. */
  functions: { name: string; place: string; share: number }[];
};

const idle = "(idle)";

/** All profiles below `folder`, those of one label added up. */
export function readProfiles(folder: string): Profile[] {
  const files = globSync("*/*.cpuprofile", { cwd: folder });
  const labels = [...new Set(files.map((file) => file.split(/[\\/]/)[0] ?? ""))].toSorted();
  return labels.map((label) => {
    const own = files.filter((file) => file.split(/[\\/]/)[0] === label);
    return summaryOf(
      label,
      own.map((file) => JSON.parse(readFileSync(join(folder, file), "utf8")) as CpuProfile),
    );
  });
}

function summaryOf(label: string, profiles: CpuProfile[]): Profile {
  const micros = new Map<string, number>();
  for (const { nodes, samples, timeDeltas } of profiles) {
    const keys = new Map(nodes.map(({ id, callFrame }) => [id, keyOf(callFrame)]));
    for (const [index, id] of samples.entries()) {
      const key = keys.get(id) ?? "";
      micros.set(key, (micros.get(key) ?? 0) + (timeDeltas[index] ?? 0));
    }
  }
  const all = [...micros.values()].reduce((sum, value) => sum + value, 0);
  const idleMicros = micros.get(`${idle}\t`) ?? 0;
  micros.delete(`${idle}\t`);
  const busy = all - idleMicros;
  const functions = [...micros].map(([key, value]) => {
    const [name = "", place = ""] = key.split("\t");
    return { name, place, share: value / busy };
  });
  return {
    label,
    idle: idleMicros / all,
    busy_seconds: busy / 1e6,
    functions: functions.toSorted((one, other) => other.share - one.share),
  };
}

function keyOf({ functionName, url, lineNumber }: CpuProfile["nodes"][number]["callFrame"]): string {
  const place = url === "" ? "" : `${placeOf(url)}:${lineNumber + 1}`;
  return `${functionName === "" ? "(anonymous)" : functionName}\t${place}`;
}

/** Relative to the workspace, or inside its package. */
function placeOf(url: string): string {
  const path = url.startsWith("file:") ? fileURLToPath(url) : url;
  const inPackage = path.lastIndexOf("node_modules/");
  return inPackage >= 0 ? path.slice(inPackage + "node_modules/".length) : path.replace(root, "");
}

/** What to print of a profile. */
export function linesOf({ label, idle: rest, busy_seconds, functions }: Profile, most = 12): string[] {
  const percent = (share: number) => `${(share * 100).toFixed(1)} %`.padStart(7);
  return [
    `  profile of ${label}: busy ${busy_seconds.toFixed(1)} s, idle ${percent(rest).trim()} of its time; by self time`,
    ...functions.slice(0, most).map(({ name, place, share }) => `  ${percent(share)}  ${name}  ${place}`.trimEnd()),
  ];
}
