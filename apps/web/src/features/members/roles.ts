import { mayGrant, roles, type Role } from "@rhesis/auth/permissions";

export const roleLooks: Record<Role, { label: string; description: string }> = {
  owner: { label: "Owner", description: "Everything, also deleting the organization" },
  admin: { label: "Admin", description: "People, projects and models as well" },
  member: { label: "Member", description: "Connects, writes and runs tests" },
  viewer: { label: "Viewer", description: "Reads everything, changes nothing" },
};

/** The roles somebody may give, in order of what they allow. */
export function grantableRoles(own: Role | null): { value: Role; label: string }[] {
  return roles
    .filter((role) => own !== null && mayGrant(own, role))
    .map((role) => ({ value: role, label: roleLooks[role].label }));
}
