import { Modal, Textarea } from "@mantine/core";

/** Shows what a browser refused to copy, chosen and ready to be copied by its reader. */
export default function CopyByHand({ text, onClose }: { text: string; onClose: () => void }) {
  return (
    <Modal opened onClose={onClose} title="Not copied">
      <Textarea
        label="The browser does not let this page copy"
        description="Copy what is selected below yourself: Ctrl C, or ⌘C on a Mac."
        data-autofocus
        readOnly
        autosize
        minRows={2}
        maxRows={12}
        value={text}
        onFocus={(event) => event.currentTarget.select()}
      />
    </Modal>
  );
}
