import { Stack } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { trpc } from "../../api/trpc.ts";
import { CopyLink } from "../../ui/copy.tsx";
import { ButtonLink } from "../../ui/link.tsx";
import { PanelContent } from "../../ui/panel-content.tsx";
import { SidePanel } from "../../ui/side-panel.tsx";
import { TestFacts } from "./test-facts.tsx";
import { testTitle } from "./test-title.ts";

type Props = { id: string; onClose: () => void; onPrevious: (() => void) | null; onNext: (() => void) | null };

/** A test looked at beside the list. */
export function TestPanel({ id, ...moves }: Props) {
  const query = useQuery(trpc.test.get.queryOptions({ id }));
  return (
    <SidePanel title={query.data === undefined ? "Test" : testTitle(query.data)} {...moves} actions={<CopyLink />}>
      <PanelContent query={query}>
        {(test) => (
          <Stack gap="md">
            <TestFacts test={test} />
            <div>
              <ButtonLink variant="light" to="/tests/$id" params={{ id }}>
                Open full page
              </ButtonLink>
            </div>
          </Stack>
        )}
      </PanelContent>
    </SidePanel>
  );
}
