/** Names and passwords inside the throwaway cluster of a test run. */

export const template = { database: "rhesis_template", owner_password: "owner", app_password: "app" };

const passwords = { rhesis_owner: template.owner_password, rhesis_app: template.app_password };

/** The address of `database` for one of the roles. */
export function databaseUrl(admin_url: string, role: keyof typeof passwords, database: string): string {
  const url = new URL(admin_url);
  url.username = role;
  url.password = passwords[role];
  url.pathname = `/${database}`;
  return url.href;
}
