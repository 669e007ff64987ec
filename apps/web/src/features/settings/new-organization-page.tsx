import { createLazyRoute } from "@tanstack/react-router";
import { useSession } from "../../session/member.tsx";
import { Page, Section } from "../../ui/page.tsx";
import { PageHeader } from "../../ui/page-header.tsx";
import { OrganizationNameForm } from "../sign-in/organization-name-form.tsx";

export const Route = createLazyRoute("/settings/new-organization")({ component: NewOrganizationPage });

function NewOrganizationPage() {
  const { switchOrganization } = useSession();
  return (
    <Page narrow>
      <PageHeader
        title="Create an organization"
        description="You will be its owner. It starts empty and shares nothing with the one you are in now."
      />
      <Section title="New organization">
        <OrganizationNameForm onCreated={switchOrganization} />
      </Section>
    </Page>
  );
}
