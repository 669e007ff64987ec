import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { validate } from "dockerfile-utils";
import { expect, test } from "vitest";
import { parse } from "yaml";

const root = fileURLToPath(new URL("../../../", import.meta.url));
const read = (name: string) => readFileSync(`${root}${name}`, "utf8");

type Service = { command?: string[]; depends_on?: Record<string, unknown>; environment?: Record<string, string> };
const compose = parse(read("compose.yaml"), { merge: true }) as { services: Record<string, Service> };

test("the Dockerfile has no problem that a linter finds", () => {
  expect(validate(read("Dockerfile")).map((problem) => problem.message)).toEqual([]);
});

test("compose.yaml has no error that a linter finds", () => {
  const { status, stdout } = spawnSync(
    `${root}packages/testkit/node_modules/.bin/dclint`,
    ["--quiet", "compose.yaml"],
    {
      cwd: root,
      encoding: "utf8",
    },
  );
  expect(stdout.trim()).toBe("");
  expect(status).toBe(0);
});

test("it starts API, worker, PostgreSQL and Redis, in an order that works", () => {
  expect(Object.keys(compose.services).toSorted()).toEqual(["api", "migrate", "postgres", "redis", "worker"]);
  for (const [name, { depends_on = {} }] of Object.entries(compose.services)) {
    for (const other of Object.keys(depends_on)) expect(Object.keys(compose.services), name).toContain(other);
  }
});

test("the programs it starts exist, and are in the image", () => {
  const commands = Object.values(compose.services).flatMap(({ command }) => command ?? []);
  const entries = [...`${commands.join(" ")} ${read("Dockerfile")}`.matchAll(/apps\/\w+\/src\/\w+\.ts/g)].map(
    (match) => match[0],
  );
  expect(new Set(entries)).toEqual(
    new Set(["apps/api/src/main.ts", "apps/cli/src/main.ts", "apps/worker/src/main.ts"]),
  );
  for (const entry of entries) expect(existsSync(`${root}${entry}`), entry).toBe(true);
});

test("a worker is started with a small young generation, wherever it is started", () => {
  const flag = "--max-semi-space-size=8";
  expect(compose.services["worker"]?.command).toEqual(["node", flag, "apps/worker/src/main.ts"]);
  const { scripts } = JSON.parse(read("apps/worker/package.json")) as { scripts: Record<string, string> };
  expect(scripts["start"]).toBe(`node ${flag} src/main.ts`);
  expect(read("apps/local/src/steps/programs.ts")).toContain(`"${flag}"`);
  const commands = [...read("README.md").matchAll(/`(node [^`]*apps\/worker\/src\/main\.ts)`/g)].map(
    ([, command]) => command,
  );
  expect(commands).toEqual([`node --env-file=.env ${flag} apps/worker/src/main.ts`]);
});

test("the image has the toolchain that is pinned here", () => {
  const { devDependencies, packageManager } = JSON.parse(read("package.json")) as {
    devDependencies: Record<string, string>;
    packageManager: string;
  };
  const dockerfile = read("Dockerfile");
  const images = [...dockerfile.matchAll(/^FROM (\S+)/gm)].map((match) => match[1]);
  expect(new Set(images)).toEqual(new Set([`node:${devDependencies["node"]}-bookworm-slim`]));
  const managers = [...dockerfile.matchAll(/npx --yes (\S+)/g)].map((match) => match[1]);
  expect(new Set(managers)).toEqual(new Set([packageManager]));
});

test(".env.example names every variable that a program or compose.yaml reads, and no other", () => {
  const programs = ["api", "worker", "cli"].map((name) => read(`apps/${name}/src/config.ts`)).join("\n");
  const read_by_any = [
    ...programs.matchAll(/^ {2}([A-Z][A-Z0-9_]+):/gm),
    ...read("compose.yaml").matchAll(/\$\{(\w+)/g),
  ];
  const named = [...read(".env.example").matchAll(/^#? ?([A-Z][A-Z0-9_]+)=/gm)];
  expect(new Set(named.map((match) => match[1]))).toEqual(new Set(read_by_any.map((match) => match[1])));
});

test("every variable it sets is one that a program reads", () => {
  const read_by_programs = ["apps/api/src/config.ts", "apps/worker/src/config.ts", "apps/cli/src/config.ts"]
    .map(read)
    .join("\n");
  for (const name of ["api", "worker", "migrate"]) {
    for (const variable of Object.keys(compose.services[name]?.environment ?? {})) {
      expect(read_by_programs, `${name}: ${variable}`).toContain(`${variable}:`);
    }
  }
});
