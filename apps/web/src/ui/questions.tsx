import { lazy, Suspense, useSyncExternalStore } from "react";
import { questions } from "./confirm-destroy.ts";

const QuestionDialog = lazy(() => import("./question-dialog.tsx"));

/** Where questions appear; once, in the frame. */
export function Questions() {
  const question = useSyncExternalStore(questions.subscribe, questions.current);
  if (question === null) return null;
  return (
    <Suspense fallback={null}>
      <QuestionDialog question={question} />
    </Suspense>
  );
}
