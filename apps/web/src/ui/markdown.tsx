import { Text } from "@mantine/core";
import { lazy, Suspense } from "react";

const MarkdownBody = lazy(() => import("./markdown-body.tsx"));

/** Text of a model or a person, formatted. It is hostile: sanitised, no pictures, links that say where they go. */
export function Markdown({ text }: { text: string }) {
  const plain = (
    <Text size="sm" className="break-words">
      {text}
    </Text>
  );
  return (
    <Suspense fallback={plain}>
      <MarkdownBody text={text} />
    </Suspense>
  );
}
