import { Button, Group, Text } from "@mantine/core";
import { IconPencil, IconTrash } from "@tabler/icons-react";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { createLazyRoute, useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import type { RequirementDetail } from "@rhesis/router/requirement/schema";
import { api, trpc } from "../../api/trpc.ts";
import { useCan } from "../../session/member.tsx";
import { CopyLink } from "../../ui/copy.tsx";
import { notifyDone } from "../../ui/notices.ts";
import { PageHeader } from "../../ui/page-header.tsx";
import { PageWaiting } from "../../ui/page-waiting.tsx";
import { Page, Section } from "../../ui/page.tsx";
import { RequirementForm } from "./requirement-form.tsx";
import { RequirementMetrics } from "./requirement-metrics.tsx";
import { useDeleteRequirement } from "./delete-requirement.ts";
import { ButtonLink, TextLink } from "../../ui/link.tsx";

const parents = [{ label: "Requirements", to: "/requirements" }];

function RequirementPage() {
  const { id } = Route.useParams();
  const [isEditing, setEditing] = useState(false);
  const query = useQuery(trpc.requirement.get.queryOptions({ id }));
  if (query.data === undefined) return <PageWaiting query={query} />;
  const requirement = query.data;
  const { name, description } = requirement;
  return (
    <Page narrow>
      <PageHeader
        title={name}
        parents={parents}
        actions={!isEditing && <RequirementActions requirement={requirement} onEdit={() => setEditing(true)} />}
      />
      <Section title="What it means">
        {isEditing ? (
          <EditRequirement requirement={requirement} onEnd={() => setEditing(false)} />
        ) : (
          <Text size="sm" className="break-words" c={description === "" ? "dimmed" : "inherit"}>
            {description === "" ? "Nobody has described it yet." : description}
          </Text>
        )}
      </Section>
      <Section title="Metrics" description="Every test of this requirement is scored with these.">
        <RequirementMetrics id={id} />
      </Section>
      <Section title="Tests">
        <TestsThatAsk requirement={requirement} />
      </Section>
    </Page>
  );
}

type OfRequirement = { requirement: RequirementDetail };

function RequirementActions({ requirement, onEdit }: OfRequirement & { onEdit: () => void }) {
  const navigate = useNavigate({ from: "/requirements/$id" });
  const can = useCan();
  const remove = useDeleteRequirement();
  return (
    <>
      <CopyLink />
      {can("requirement:delete") && (
        <Button
          variant="default"
          leftSection={<IconTrash size={16} />}
          onClick={() => void remove(requirement, () => navigate({ to: "/requirements" }))}
        >
          Delete
        </Button>
      )}
      {can("requirement:update") && (
        <Button leftSection={<IconPencil size={16} />} onClick={onEdit}>
          Edit
        </Button>
      )}
    </>
  );
}

function EditRequirement({ requirement, onEnd }: OfRequirement & { onEnd: () => void }) {
  const cache = useQueryClient();
  const { id, version, name, description } = requirement;
  return (
    <RequirementForm
      initial={{ name, description }}
      submit="Save changes"
      save={async (input) => {
        await api.requirement.update.mutate({ id, expected_version: version, ...input });
        await cache.invalidateQueries({ queryKey: trpc.requirement.pathKey() });
        onEnd();
        notifyDone("Saved.");
      }}
      onCancel={onEnd}
    />
  );
}

function TestsThatAsk({ requirement: { id, test_count } }: OfRequirement) {
  const can = useCan();
  return (
    <Group justify="space-between">
      <Text size="sm">
        {test_count === 0 ? (
          "No test asks for it yet."
        ) : (
          <TextLink to="/tests" search={{ requirement: id }} size="sm">
            {test_count === 1 ? "1 test asks for it" : `${test_count.toLocaleString("en")} tests ask for it`}
          </TextLink>
        )}
      </Text>
      {can("test:create") && (
        <ButtonLink variant="light" to="/tests/new" search={{ requirement: id }}>
          Write a test
        </ButtonLink>
      )}
    </Group>
  );
}

export const Route = createLazyRoute("/requirements/$id")({ component: RequirementPage });
