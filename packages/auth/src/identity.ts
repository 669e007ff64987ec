/** Who is calling, as the rest of the system sees it. */
import type { Permission, Role } from "./permissions.ts";

export type Identity = {
  kind: "person" | "token";
  user_id: string;
  /** Set for a token. */
  token_id: string | null;
  /** The organization the call is about; null while a person belongs to none. */
  organization_id: string | null;
  role: Role | null;
  permissions: ReadonlySet<Permission>;
  /** A token bound to a project sees and touches only that project's things. */
  project_id: string | null;
};
