import { Link } from "@tanstack/react-router";
import { places } from "./places.ts";
import styles from "./shell.module.css";

/** The left column. */
export function Navigation({ onNavigate }: { onNavigate: () => void }) {
  return (
    <>
      {places.map(({ to, label, Icon }) => (
        <div key={to} className={to === "/settings" ? styles.gap : undefined}>
          <Link
            to={to}
            className={styles.link}
            activeOptions={{ exact: to === "/", includeSearch: false }}
            onClick={onNavigate}
          >
            <Icon size={18} aria-hidden />
            {label}
          </Link>
        </div>
      ))}
    </>
  );
}
