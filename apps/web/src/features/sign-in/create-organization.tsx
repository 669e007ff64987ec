import { Anchor, Text } from "@mantine/core";
import type { Me } from "@rhesis/router/me/schema";
import type { Login } from "../../session/login.ts";
import { OrganizationNameForm } from "./organization-name-form.tsx";
import { StartCard } from "./start-card.tsx";

/** For someone who has just signed in and belongs nowhere yet. */
export default function CreateFirstOrganization(props: { me: Me; login: Login; onCreated: (id: string) => void }) {
  const { email } = props.me.user;
  return (
    <StartCard title="Create your organization">
      <Text c="dimmed">
        Everything you test belongs to an organization. You will be its owner and can invite others. Nobody outside sees
        anything of it.
      </Text>
      <OrganizationNameForm onCreated={props.onCreated} />
      <Text c="dimmed" size="sm">
        {email === null ? "You are signed in. " : `You are signed in as ${email}. `}
        If you were invited somewhere, sign in with the address the invitation went to.{" "}
        <Anchor component="button" type="button" size="sm" onClick={() => void props.login.signOut()}>
          Sign out
        </Anchor>
      </Text>
    </StartCard>
  );
}
