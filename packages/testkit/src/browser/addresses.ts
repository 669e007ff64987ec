/** Every page there is, by its address. */
import type { Page } from "playwright-core";
import type { Stage } from "./stage.ts";

type Row = { id: string };

/**
 * The pages that one run of the tests looks at: one of `parts`, drawn anew each time, because looking at all of them takes
 * a machine of two cores minutes. All with `RHESIS_EVERY_PAGE=1`.
 */
export function drawnFrom(addresses: readonly string[], parts: number): string[] {
  if (process.env["RHESIS_EVERY_PAGE"] === "1") return [...addresses];
  const part = Math.floor(Math.random() * parts);
  return addresses.filter((_, nr) => nr % parts === part);
}
type Source = Pick<Stage, "rest" | "demo">;

/** One address for every route of the app. @throws where a route has a parameter that nothing here fills */
export async function everyAddress({ rest, demo }: Source, page: Page, run_id: string): Promise<string[]> {
  const first = async (path: string, filter = ""): Promise<string> =>
    (await rest<{ items: Row[] }>("GET", `${path}?limit=1${filter}`)).items[0]?.id ?? "";
  const model = await rest<Row>("POST", "/models", {
    name: "Judge",
    provider: "openai_compatible",
    model_name: "judge-1",
    base_url: "http://127.0.0.1:9/v1",
  });
  const experiment = await anExperiment({ rest, demo });
  const schedule = await aSchedule({ rest, demo });
  const ids: Record<string, string> = {
    "/test-runs/schedules/$id": schedule,
    "/experiments/$id": experiment,
    "/experiments/$id/new-version": experiment,
    "/endpoints/$id": demo.endpoint_id,
    "/requirements/$id": await first("/requirements"),
    "/metrics/$id": await first("/metrics"),
    "/tests/$id": await first("/tests"),
    "/test-sets/$id": demo.test_set_id,
    "/test-runs/$id": run_id,
    "/test-results/$id": await first(`/test-results`, `&test_run_id=${run_id}`),
    "/models/$id": model.id,
  };
  const routes = await page.evaluate(() => Object.keys(Reflect.get(window, "__TSR_ROUTER__").routesByPath));
  return routes
    .map((path) => {
      if (!path.includes("$")) return path;
      if (ids[path] === undefined) throw new Error(`no address is known for ${path}`);
      return path.replace("$id", ids[path]);
    })
    .filter((path, nr, all) => all.indexOf(path) === nr);
}

/** One with two versions, the newer of which is in use. */
async function anExperiment({ rest, demo: { project_id } }: Source): Promise<string> {
  await rest("PUT", `/projects/${project_id}/parameters/schema`, {
    fields: [
      { name: "system_prompt", type: "text", description: "What the assistant is told first", required: true },
      { name: "tone", type: "enum", options: ["kind", "formal"], default: "kind" },
    ],
  });
  const body = { project_id, name: "Shorter answers", visibility: "shared" };
  const { id } = await rest<Row>("POST", "/experiments", body);
  for (const system_prompt of ["You are Nora.\nAnswer in full.", "You are Nora.\nAnswer in one sentence."]) {
    await rest("POST", `/experiments/${id}/versions`, { values: { system_prompt }, note: "Another prompt" });
  }
  const bound = { experiment_id: id, version: 2 };
  await rest("PUT", `/projects/${project_id}/parameters/environments/production`, bound);
  return id;
}

/** One that does not run by itself while the pages are looked at. */
async function aSchedule({ rest, demo: { test_set_id, endpoint_id } }: Source): Promise<string> {
  const when = { cron: "30 6 * * 1-5", time_zone: "Europe/Berlin", enabled: false };
  return (await rest<Row>("POST", "/schedules", { name: "Every morning", test_set_id, endpoint_id, ...when })).id;
}

/** What a page holds besides, by its address: tabs, drawers, and what is open beside a list. */
export async function everyVariant({ rest, demo }: Source, run_id: string): Promise<string[]> {
  const first = async (path: string, filter = ""): Promise<string> =>
    (await rest<{ items: Row[] }>("GET", `${path}?limit=1${filter}`)).items[0]?.id ?? "";
  const { test_set_id } = demo;
  const experiment = await first("/experiments");
  return [
    `/experiments/${experiment}?version=2`,
    `/experiments/${experiment}?tab=compare`,
    `/experiments/${experiment}?tab=results`,
    "/experiments/parameters?edit=true",
    "/experiments/environments?bind=production",
    `/test-sets/${test_set_id}?run=true&environment=production`,
    `/test-sets/${test_set_id}?tab=metrics`,
    `/test-sets/${test_set_id}?tab=runs`,
    `/test-sets/${test_set_id}?run=true`,
    "/metrics/new?kind=contains",
    "/metrics/new?kind=judge_numeric",
    "/models/new?provider=openai",
    `/requirements?open=${await first("/requirements")}`,
    `/tests?open=${await first("/tests")}`,
    `/test-runs/${run_id}?open=${await first("/test-results", `&test_run_id=${run_id}`)}`,
    `/settings/audit-log?open=${await first("/audit-log")}`,
  ];
}
