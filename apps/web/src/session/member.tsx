/** Who is signed in, in which organization, and what they may do there. */
import { createContext, useContext, type ReactNode } from "react";
import type { Feature } from "@rhesis/auth/features";
import type { Permission } from "@rhesis/auth/permissions";
import type { Me } from "@rhesis/router/me/schema";
import type { Login } from "./login.ts";

export type Session = {
  me: Me;
  login: Login;
  /** Loads the app again in another organization: nothing of the one before may stay on the screen. */
  switchOrganization: (id: string) => void;
};

const SessionContext = createContext<Session | null>(null);

export function SessionProvider({ session, children }: { session: Session; children: ReactNode }) {
  return <SessionContext value={session}>{children}</SessionContext>;
}

export function useSession(): Session {
  const session = useContext(SessionContext);
  if (session === null) throw new Error("useSession is for components below SessionProvider.");
  return session;
}

/** `const can = useCan(); can("endpoint:create")`: hide or disable what the server would refuse. */
export function useCan(): (permission: Permission) => boolean {
  const { permissions } = useSession().me;
  return (permission) => permissions.includes(permission);
}

/** `const isOn = useFeature(); isOn("api_tokens")`: what is switched off here is not offered. */
export function useFeature(): (feature: Feature) => boolean {
  const { features } = useSession().me;
  return (feature) => features[feature];
}

/** What a page or an action takes to be there: a permission, a feature that is on, both or neither. */
export type Needs = { needs?: Permission; feature?: Feature };

export function useIsOffered(): (needs: Needs) => boolean {
  const can = useCan();
  const isOn = useFeature();
  return ({ needs, feature }) => (needs === undefined || can(needs)) && (feature === undefined || isOn(feature));
}
