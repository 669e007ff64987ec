import { Link, Outlet } from "@tanstack/react-router";
import { useSession, useCan } from "../../session/member.tsx";
import { settingsPlaces } from "../../shell/places.ts";
import styles from "./settings.module.css";

/** The tabs of the settings above whichever of them is open. */
export function SettingsFrame() {
  const can = useCan();
  const { me } = useSession();
  return (
    <div className={styles.frame}>
      <nav className={styles.tabs} aria-label={`Settings of ${me.organization?.name ?? "the organization"}`}>
        {settingsPlaces
          .filter(({ needs }) => needs === undefined || can(needs))
          .map(({ to, label }) => (
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
