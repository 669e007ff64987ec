import { Link, Outlet } from "@tanstack/react-router";
import { useIsOffered, useSession } from "../../session/member.tsx";
import { settingsPlaces } from "../../shell/places.ts";
import styles from "./settings.module.css";

/** The tabs of the settings above whichever of them is open. */
export function SettingsFrame() {
  const isOffered = useIsOffered();
  const { me } = useSession();
  return (
    <div className={styles.frame}>
      <nav className={styles.tabs} aria-label={`Settings of ${me.organization?.name ?? "the organization"}`}>
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
