/** Loaded with the first notice: notices.ts shows them. */
import { Button, Group, Text } from "@mantine/core";
import { Notifications, notifications } from "@mantine/notifications";
import "@mantine/notifications/styles.css";
import type { Notice } from "./notices.ts";

const colors = { done: "green", failed: "red", plain: "blue" };

export default function NoticeBoard() {
  return <Notifications position="bottom-right" limit={4} />;
}

export function showNotice({ title, message, kind, stays = 5000, undo }: Notice): void {
  const shownId = notifications.show({
    title,
    color: colors[kind],
    autoClose: stays,
    closeButtonProps: { "aria-label": "Close this notice" },
    message:
      undo === undefined ? (
        message
      ) : (
        <Group justify="space-between" wrap="nowrap">
          <Text size="sm">{message}</Text>
          <Button
            size="compact-sm"
            variant="light"
            style={{ flexShrink: 0 }}
            onClick={() => {
              notifications.hide(shownId);
              undo();
            }}
          >
            Undo
          </Button>
        </Group>
      ),
  });
}
