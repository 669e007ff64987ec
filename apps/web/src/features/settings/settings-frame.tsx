import { Link, Outlet, useRouterState } from "@tanstack/react-router";
import { useEffect, useRef } from "react";
import { useIsOffered, useSession } from "../../session/member.tsx";
import { settingsPlaces } from "../../shell/places.ts";
import styles from "./settings.module.css";

/** The tabs of the settings above whichever of them is open. */
export function SettingsFrame() {
  const isOffered = useIsOffered();
  const { me } = useSession();
  const tabs = useRef<HTMLElement>(null);
  const active = useRouterState({
    select: ({ location }) => settingsPlaces.findLast(({ to }) => location.pathname.startsWith(to))?.to,
  });
  useEffect(() => {
    // On a phone not all of them fit: the open one is in view.
    tabs.current?.querySelector(`[href^="${active}"]`)?.scrollIntoView({ block: "nearest", inline: "center" });
  }, [active]);
  return (
    <div className={styles.frame}>
      <nav ref={tabs} className={styles.tabs} aria-label={`Settings of ${me.organization?.name ?? "the organization"}`}>
        {settingsPlaces.filter(isOffered).map(({ to, label }) => (
          <Link
            key={to}
            to={to}
            className={styles.tab}
            activeOptions={{ exact: to === "/settings", includeSearch: false }}
          >
            {label}
          </Link>
        ))}
      </nav>
      <div className={styles.body}>
        <Outlet />
      </div>
    </div>
  );
}
