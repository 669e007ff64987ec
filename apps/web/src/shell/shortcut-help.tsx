import { Group, Kbd, Modal, Stack, Text } from "@mantine/core";

const shortcuts: readonly [string, string[]][] = [
  ["Go to a page, begin something, search", ["⌘ K", "Ctrl K"]],
  ["Search in the list", ["/"]],
  ["Next row", ["j", "↓"]],
  ["Previous row", ["k", "↑"]],
  ["First, last row", ["Home", "End"]],
  ["Open the row", ["Enter"]],
  ["Select the row", ["x"]],
  ["Only what failed in a run, or all again", ["f"]],
  ["Only what differs between two versions, or all again", ["d"]],
  ["Close what is open", ["Esc"]],
  ["This help", ["?"]],
];

export default function ShortcutHelp({ onClose }: { onClose: () => void }) {
  return (
    <Modal opened onClose={onClose} title="Keyboard shortcuts">
      <Stack gap="xs">
        {shortcuts.map(([what, keys]) => (
          <Group key={what} justify="space-between" wrap="nowrap">
            <Text size="sm">{what}</Text>
            <Group gap={6} wrap="nowrap">
              {keys.map((key) => (
                <Kbd key={key} style={{ whiteSpace: "nowrap" }}>
                  {key}
                </Kbd>
              ))}
            </Group>
          </Group>
        ))}
      </Stack>
    </Modal>
  );
}
