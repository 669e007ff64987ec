/** Which room imports which. The manifests must agree, and undeclared imports are caught by `turbo boundaries`. */
export const rooms: Readonly<Record<string, readonly string[]>> = {
  api: ["auth", "db", "jobs", "router", "telemetry"],
  auth: [],
  cli: ["auth", "db", "jobs", "services", "telemetry"],
  client: ["engine", "router"],
  db: ["engine", "telemetry"],
  engine: [],
  jobs: ["db", "telemetry"],
  local: ["api", "auth", "db", "engine", "jobs", "services", "telemetry", "web", "worker"],
  router: ["auth", "db", "engine", "services", "telemetry"],
  services: ["auth", "db", "engine", "jobs", "telemetry"],
  telemetry: [],
  web: ["auth", "client", "engine", "router"],
  worker: ["auth", "db", "engine", "jobs", "services", "telemetry"],
};
