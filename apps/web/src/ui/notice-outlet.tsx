import { lazy, Suspense, useSyncExternalStore } from "react";
import { noticeBoard } from "./notices.ts";

const NoticeBoard = lazy(() => import("./notice-board.tsx"));

/** Where notices appear; once, around everything. */
export function NoticeOutlet() {
  const isNeeded = useSyncExternalStore(noticeBoard.subscribe, noticeBoard.isNeeded);
  if (!isNeeded) return null;
  return (
    <Suspense fallback={null}>
      <NoticeBoard />
    </Suspense>
  );
}
