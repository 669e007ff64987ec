import { Button, Menu } from "@mantine/core";
import { IconDots, IconPencil, IconRefresh, IconScale, IconTrash } from "@tabler/icons-react";
import { useState } from "react";
import type { TestRun } from "@rhesis/router/test-run/schema";
import { useCan } from "../../session/member.tsx";
import { RenameRun } from "./rename-run.tsx";
import { RescoreDialog } from "./rescore-dialog.tsx";
import type { RunActs } from "./use-run-acts.ts";

type Props = { run: TestRun; acts: RunActs; mayStart: boolean; mayRetry: boolean };

/** What is done with a run now and then. */
export function RunMenu({ run, acts, mayStart, mayRetry }: Props) {
  const can = useCan();
  const [dialog, setDialog] = useState<"rename" | "rescore" | null>(null);
  return (
    <>
      <Menu position="bottom-end">
        <Menu.Target>
          <Button variant="default" px={8} aria-label="More actions">
            <IconDots size={18} />
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          {mayRetry && run.errored > 0 && (
            <Menu.Item leftSection={<IconRefresh size={16} />} onClick={() => void acts.retry(["error"])}>
              Ask again what ended in an error
            </Menu.Item>
          )}
          {mayRetry && run.failed > 0 && (
            <Menu.Item
              leftSection={<IconRefresh size={16} />}
              onClick={() => void acts.retry(["fail", "error", "inconclusive"])}
            >
              Ask again all that did not pass
            </Menu.Item>
          )}
          {mayStart && (
            <Menu.Item leftSection={<IconScale size={16} />} onClick={() => setDialog("rescore")}>
              Score the answers again
            </Menu.Item>
          )}
          {can("test_run:update") && (
            <Menu.Item leftSection={<IconPencil size={16} />} onClick={() => setDialog("rename")}>
              Rename
            </Menu.Item>
          )}
          {can("test_run:delete") && (
            <Menu.Item leftSection={<IconTrash size={16} />} onClick={() => void acts.remove()}>
              Delete
            </Menu.Item>
          )}
        </Menu.Dropdown>
      </Menu>
      {dialog === "rescore" && <RescoreDialog run={run} onClose={() => setDialog(null)} />}
      {dialog === "rename" && <RenameRun run={run} onClose={() => setDialog(null)} />}
    </>
  );
}
