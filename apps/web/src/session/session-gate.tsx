/** Lets the pages appear once it is known who is there and in which organization. */
import { Center, Loader } from "@mantine/core";
import { lazy, Suspense, useEffect, useState, type ReactNode } from "react";
import { currentOrganization, setOrganization, setTokenSource } from "../api/caller.ts";
import { failureOf } from "../api/problems.ts";
import { api, queryClient, trpc, whenSessionEnds } from "../api/trpc.ts";
import type { Me } from "@rhesis/router/me/schema";
import { SignIn } from "../features/sign-in/sign-in.tsx";
import { StartFailure } from "../features/sign-in/start-failure.tsx";
import { loadAppConfig } from "./app-config.ts";
import { startSession, type Login } from "./login.ts";
import { SessionProvider } from "./member.tsx";
import { remember, remembered } from "./remembered.ts";

const CreateFirstOrganization = lazy(() => import("../features/sign-in/create-organization.tsx"));

type Phase =
  | { name: "starting" }
  | { name: "failed"; title: string; message: string }
  | { name: "signed_out"; login: Login; message: string | null }
  | { name: "ready"; login: Login; me: Me };

const organizationKey = "organization";

/** A link may name its organization; the address is then freed of it. */
function organizationOfLink(): string | null {
  const url = new URL(window.location.href);
  const asked = url.searchParams.get(organizationKey);
  if (asked === null) return null;
  url.searchParams.delete(organizationKey);
  window.history.replaceState(null, "", url);
  return asked;
}

/** The organization of the link, else the one used last in this tab or browser, else the first. */
function chooseOrganization(me: Me): string | null {
  const wanted = [organizationOfLink(), remembered(organizationKey)];
  const ids = me.memberships.map((membership) => membership.organization_id);
  return wanted.find((id) => id !== null && ids.includes(id)) ?? ids[0] ?? null;
}

/** Who is calling, in the organization they are to work in. */
async function loadMe(): Promise<Me> {
  setOrganization(null);
  const me = await api.me.get.query({});
  const id = chooseOrganization(me);
  if (id === null || id === me.organization?.id) {
    setOrganization(id);
    return me;
  }
  setOrganization(id);
  return api.me.get.query({});
}

async function start(): Promise<Phase> {
  const config = await loadAppConfig().catch((error: unknown) => failureOf(error));
  if (!("issuer" in config)) return { name: "failed", title: "The server does not answer", message: config.message };
  const session = await startSession(config);
  if (session.state === "unreachable") {
    const message = `Signing in goes through ${session.issuer}, which does not answer.`;
    return { name: "failed", title: "Signing in is not possible at the moment", message };
  }
  const { login } = session;
  if (session.state === "refused") return { name: "signed_out", login, message: session.message };
  if (session.state === "signed_out") return { name: "signed_out", login, message: null };
  setTokenSource(() => login.accessToken());
  try {
    return { name: "ready", login, me: await loadMe() };
  } catch (error) {
    const { code, message } = failureOf(error);
    if (code === "unauthenticated") return { name: "signed_out", login, message };
    return { name: "failed", title: "The server does not answer as it should", message };
  }
}

function switchOrganization(id: string): void {
  remember(organizationKey, id);
  remember("project", null);
  window.location.assign("/");
}

// Once per page load: a code that comes back from signing in can be used once, and React mounts twice in development.
let starting: Promise<Phase> | null = null;

export function SessionGate({ children }: { children: ReactNode }) {
  const [phase, setPhase] = useState<Phase>({ name: "starting" });
  useEffect(() => {
    const begin = async (): Promise<void> => {
      starting ??= start();
      const next = await starting;
      setPhase(next);
      if (next.name !== "ready") return;
      remember(organizationKey, currentOrganization());
      queryClient.setQueryData(trpc.me.get.queryKey({}), next.me);
      const message = "You were signed out, because the session ended. Sign in to go on where you were.";
      whenSessionEnds(() => setPhase({ name: "signed_out", login: next.login, message }));
    };
    void begin();
  }, []);
  if (phase.name === "failed") return <StartFailure title={phase.title} message={phase.message} />;
  if (phase.name === "signed_out") return <SignIn login={phase.login} message={phase.message} />;
  if (phase.name === "starting") return <Starting />;
  const { me, login } = phase;
  if (me.organization === null) {
    return (
      <Suspense fallback={<Starting />}>
        <CreateFirstOrganization me={me} login={login} onCreated={switchOrganization} />
      </Suspense>
    );
  }
  return <SessionProvider session={{ me, login, switchOrganization }}>{children}</SessionProvider>;
}

function Starting() {
  return (
    <Center h="100dvh">
      <Loader aria-label="Starting" />
    </Center>
  );
}
