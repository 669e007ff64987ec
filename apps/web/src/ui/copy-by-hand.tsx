import { Modal, Textarea } from "@mantine/core";

/** Shows what a browser refused to copy, chosen and ready to be copied by its reader. */
export default function CopyByHand({ text, onClose }: { text: string; onClose: () => void }) {
  return (
    <Modal opened onClose={onClose} title="Not copied">
      <Textarea
        label="The browser does not let this page copy"
        description="Press Ctrl C, or ⌘C on a Mac, to copy what is selected below."
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
