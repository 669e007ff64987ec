import { Link, Outlet, useRouterState } from "@tanstack/react-router";
import { useEffect, useRef } from "react";
import { useIsOffered } from "../session/member.tsx";
import type { Place } from "../shell/places.ts";
import styles from "./place-tabs.module.css";

/** Pages that belong together as tabs above whichever of them is open. The first stands for their common address. */
export function PlaceTabs({ label, places }: { label: string; places: readonly Place[] }) {
  const isOffered = useIsOffered();
  const tabs = useRef<HTMLElement>(null);
  const active = useRouterState({
    select: ({ location }) => places.findLast(({ to }) => location.pathname.startsWith(to))?.to,
  });
  useEffect(() => {
    // On a phone not all of them fit: the open one is in view.
    tabs.current?.querySelector(`[href^="${active}"]`)?.scrollIntoView({ block: "nearest", inline: "center" });
  }, [active]);
  return (
    <div className={styles.frame}>
      <nav ref={tabs} className={styles.tabs} aria-label={label}>
        {places.filter(isOffered).map(({ to, label: name }, nr) => (
          <Link key={to} to={to} className={styles.tab} activeOptions={{ exact: nr === 0, includeSearch: false }}>
            {name}
          </Link>
        ))}
      </nav>
      <div className={styles.body}>
        <Outlet />
      </div>
    </div>
  );
}
