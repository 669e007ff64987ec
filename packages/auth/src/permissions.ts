/** What may be done, and which role may do it. Declared once: procedures check it, the web app hides by it. */

export const roles = ["owner", "admin", "member", "viewer"] as const;
export type Role = (typeof roles)[number];

const crud = ["create", "read", "update", "delete"] as const;

const actions = {
  organization: ["read", "update", "delete"],
  member: ["read", "manage"],
  project: crud,
  endpoint: [...crud, "invoke"],
  connector: ["read", "connect"],
  model: [...crud, "invoke"],
  requirement: crud,
  topic: crud,
  category: crud,
  prompt: crud,
  metric: [...crud, "try"],
  test: crud,
  test_set: [...crud, "execute"],
  experiment: [...crud, "promote"],
  schedule: crud,
  test_run: ["read", "update", "delete", "cancel", "pause"],
  test_result: ["read"],
  job: ["read"],
  deletion: ["read", "restore", "purge"],
  api_token: ["create", "read", "revoke"],
  audit_log: ["read"],
} as const;

type Actions = typeof actions;
export type Permission = { [R in keyof Actions]: `${R}:${Actions[R][number]}` }[keyof Actions];

export const permissions = Object.entries(actions).flatMap(([resource, verbs]) =>
  verbs.map((verb) => `${resource}:${verb}` as Permission),
);

const ownerOnly: ReadonlySet<Permission> = new Set(["organization:delete"]);
const adminOnly: ReadonlySet<Permission> = new Set([
  "organization:update",
  "member:manage",
  "project:create",
  "project:update",
  "project:delete",
  "model:create",
  "model:update",
  "model:delete",
  "deletion:purge",
  "audit_log:read",
]);

const rank: Record<Role, number> = { owner: 3, admin: 2, member: 1, viewer: 0 };

/** True where a person of that role may do it. */
export function roleAllows(role: Role, permission: Permission): boolean {
  if (ownerOnly.has(permission)) return rank[role] >= rank.owner;
  if (adminOnly.has(permission)) return rank[role] >= rank.admin;
  // A viewer reads everything but the audit log, and may not spend: calls to a target or a model cost money.
  return permission.endsWith(":read") || rank[role] >= rank.member;
}

/** Nobody grants a role above their own. */
export function mayGrant(own: Role, granted: Role): boolean {
  return rank[own] >= rank[granted];
}

/** All that a role may do, narrowed to a token's scopes where there are some. */
export function permissionsOf(role: Role, scopes: readonly string[] | null): Permission[] {
  return permissions.filter(
    (permission) => roleAllows(role, permission) && (scopes === null || scopes.includes(permission)),
  );
}
