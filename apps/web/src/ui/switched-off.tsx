import { Alert } from "@mantine/core";
import type { Feature } from "@rhesis/auth/features";
import type { ReactNode } from "react";
import { EmptyState } from "./empty-state.tsx";

const titles: Record<Feature, string> = {
  endpoint_trial: "Trying endpoints is switched off here",
  llm_judge: "Judging by a model is switched off here",
  api_tokens: "API tokens are switched off here",
};

const wayOut = "Whoever runs this installation can change that.";

/** In the place of a page that is switched off, for those who came by its address. */
export function SwitchedOff({ feature, action }: { feature: Feature; action: ReactNode }) {
  return (
    <EmptyState title={titles[feature]} action={action}>
      {wayOut}
    </EmptyState>
  );
}

/** In the place of a part of a page. `children` says what still works. */
export function SwitchedOffNote({ feature, children }: { feature: Feature; children?: ReactNode }) {
  return (
    <Alert color="gray" title={titles[feature]}>
      {children} {wayOut}
    </Alert>
  );
}
